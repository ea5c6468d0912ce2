/** What the form of a person holds, and what of it has to be sent. Pure. */
import type { LanguageCode, Role } from '@/api/types'
import { type Person, type PersonChange, ROLES } from './api'

export interface PersonForm {
  name: string
  email: string
  roles: Role[]
  language: LanguageCode
  password: string
}

export function formOf(person: Person | null, language: LanguageCode): PersonForm {
  return {
    name: person?.name ?? '',
    email: person?.email ?? '',
    roles: person?.roles ?? ['member'],
    language: person?.language ?? language,
    password: '',
  }
}

/** The roles with one given or taken, in their usual order. */
export function withRole(roles: Role[], role: Role, held: boolean): Role[] {
  return ROLES.filter((one) => (one === role ? held : roles.includes(one)))
}

/** Only what differs: rights that stay do not end the person's sessions. A blank password stays as it is. */
export function changesOf(person: Person | null, form: PersonForm): PersonChange {
  const now: PersonChange = {
    name: form.name.trim(),
    email: form.email.trim(),
    roles: form.roles,
    language: form.language,
    ...(form.password ? { password: form.password } : {}),
  }
  if (!person) return now
  const before: PersonChange = { ...person, language: person.language ?? undefined }
  const differs = (key: keyof PersonChange) => JSON.stringify(now[key]) !== JSON.stringify(before[key])
  return Object.fromEntries(
    (Object.keys(now) as (keyof PersonChange)[]).filter(differs).map((key) => [key, now[key]]),
  ) as PersonChange
}

/** The people whose name or address holds the words; those who can sign in come first. */
export function found(people: Person[], words: string): Person[] {
  const wanted = words.trim().toLowerCase()
  return people
    .filter((one) => `${one.name} ${one.email}`.toLowerCase().includes(wanted))
    .sort((a, b) => Number(b.active) - Number(a.active))
}
