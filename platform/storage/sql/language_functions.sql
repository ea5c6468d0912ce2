-- Functions of the rule language on PostgreSQL; `functions.py` adds those that are made from folding tables.
-- Each statement ends with a line of two semicolons. Zones come as arrays: starts, walls, offsets (`calendar.py`).

create or replace function rl_floor_div(bigint, bigint) returns bigint language sql immutable strict parallel safe as
$$ select ($1 - (($1 % $2) + $2) % $2) / $2 $$
;;
-- half-even
create or replace function rl_whole(numeric) returns numeric language sql immutable strict parallel safe as $$
  select case when s - f < 0.5 then f when s - f > 0.5 then f + 1 when f % 2 = 0 then f else f + 1 end
  from (select $1 as s, floor($1) as f) x
$$
;;
create or replace function rl_round(numeric, numeric) returns numeric language sql immutable strict parallel safe as $$
  select rl_whole($1 * ('1e' || p)::numeric) * ('1e' || -p)::numeric
  from (select greatest(-30, least(30, trunc($2)))::integer as p) x
$$
;;
create or replace function rl_round(numeric) returns numeric language sql immutable strict parallel safe as
$$ select rl_whole($1) $$
;;
-- six decimals, half-even; empty for a zero divisor
create or replace function rl_divide(numeric, numeric) returns numeric language sql immutable strict parallel safe as $$
  select case when $2 = 0 then null else (
    select sign($1) * sign($2) * 0.000001
      * case when 2 * (n - q * d) < d or (2 * (n - q * d) = d and q % 2 = 0) then q else q + 1 end
    from (select n, d, div(n, d) as q from (select abs($1) * 1000000 as n, abs($2) as d) a) b
  ) end
$$
;;
create or replace function rl_abs(numeric) returns numeric language sql immutable strict parallel safe as
$$ select abs($1) $$
;;
create or replace function rl_floor(numeric) returns numeric language sql immutable strict parallel safe as
$$ select floor($1) $$
;;
create or replace function rl_ceil(numeric) returns numeric language sql immutable strict parallel safe as
$$ select ceil($1) $$
;;
create or replace function rl_length(text) returns numeric language sql immutable strict parallel safe as
$$ select char_length($1)::numeric $$
;;
create or replace function rl_year(integer) returns numeric language sql immutable strict parallel safe as
$$ select extract(year from date '1970-01-01' + $1)::numeric $$
;;
create or replace function rl_month(integer) returns numeric language sql immutable strict parallel safe as
$$ select extract(month from date '1970-01-01' + $1)::numeric $$
;;
create or replace function rl_day(integer) returns numeric language sql immutable strict parallel safe as
$$ select extract(day from date '1970-01-01' + $1)::numeric $$
;;
create or replace function rl_weekday(integer) returns numeric language sql immutable strict parallel safe as
$$ select extract(isodow from date '1970-01-01' + $1)::numeric $$
;;
-- the local day of an instant
create or replace function rl_day_of(bigint, bigint[], bigint[], bigint[]) returns integer
language sql immutable strict parallel safe as
$$ select rl_floor_div($1 + $4[width_bucket($1, $2) + 1], 86400000000)::integer $$
;;
-- the instant of a wall clock: a skipped one falls on the shift, a doubled one on the first
create or replace function rl_at(bigint, bigint[], bigint[], bigint[]) returns bigint
language sql immutable strict parallel safe as $$
  select greatest($2[b], $1 - $4[b + 1]) from (select width_bucket($1, $3) as b) x
$$
;;
create or replace function rl_midnight(integer, bigint[], bigint[], bigint[]) returns bigint
language sql immutable strict parallel safe as
$$ select rl_at($1::bigint * 86400000000, $2, $3, $4) $$
;;
-- working days up to and including a day: whole weeks, a rest, exceptions (worked, off, on)
create or replace function rl_worked(integer, bigint[], bigint[], bigint[]) returns bigint
language sql immutable strict parallel safe as $$
  select w * $2[8] + $2[($1 + 3 - 7 * w)::integer + 2]
    - case when cardinality($3) = 0 then 0 else width_bucket($1::bigint, $3) end
    + case when cardinality($4) = 0 then 0 else width_bucket($1::bigint, $4) end
  from (select rl_floor_div($1 + 3, 7) as w) x
$$
;;
create or replace function rl_month_day(integer, bigint) returns integer language plpgsql immutable strict parallel safe as $$
declare first date := date '1970-01-01' + $1; months bigint; moved integer;
begin
  months := extract(year from first)::bigint * 12 + extract(month from first)::bigint - 1 + $2;
  if months < 12 or months >= 120000 then return null; end if;
  moved := (first + make_interval(months => $2::integer))::date - date '1970-01-01';
  return case when moved between {min_day} and {max_day} then moved end;
end $$
;;
create or replace function rl_working_day(integer, bigint, bigint[], bigint[], bigint[]) returns integer
language plpgsql immutable strict parallel safe as $$
declare low bigint; high bigint; middle bigint; wanted bigint;
begin
  if $2 = 0 then return $1; end if;
  if $2 > 0 then
    wanted := rl_worked($1, $3, $4, $5) + $2; low := $1; high := {max_day} + 1;
  else
    wanted := rl_worked($1 - 1, $3, $4, $5) + $2 + 1; low := {min_day} - 1; high := $1;
  end if;
  while low < high loop
    middle := rl_floor_div(low + high, 2);
    if rl_worked(middle::integer, $3, $4, $5) >= wanted then high := middle; else low := middle + 1; end if;
  end loop;
  return case when low between {min_day} and {max_day} then low end;
end $$
;;
-- an instant moved by months or working days keeps its local time of day
create or replace function rl_month_instant(bigint, bigint, bigint[], bigint[], bigint[]) returns bigint
language plpgsql immutable strict parallel safe as $$
declare wall bigint; day bigint;
begin
  if $2 = 0 then return $1; end if;
  wall := $1 + $5[width_bucket($1, $3) + 1];
  day := rl_floor_div(wall, 86400000000);
  return rl_at((rl_month_day(day::integer, $2) - day) * 86400000000 + wall, $3, $4, $5);
end $$
;;
create or replace function rl_working_instant(bigint, bigint, bigint[], bigint[], bigint[], bigint[], bigint[], bigint[])
returns bigint language plpgsql immutable strict parallel safe as $$
declare wall bigint; day bigint;
begin
  if $2 = 0 then return $1; end if;
  wall := $1 + $5[width_bucket($1, $3) + 1];
  day := rl_floor_div(wall, 86400000000);
  return rl_at((rl_working_day(day::integer, $2, $6, $7, $8) - day) * 86400000000 + wall, $3, $4, $5);
end $$
;;
