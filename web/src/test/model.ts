/** A small model for unit tests: customers, their owner, their deals. */
import type { Entity, Field } from '@/api/types'

export function field(key: string, type: string, value_kind: string, more: Partial<Field> = {}): Field {
  return {
    id: `f-${key}`,
    key,
    name: key,
    labels: { en: key, zh: key },
    type,
    value_kind,
    required: false,
    unique: false,
    system: false,
    decimals: 0,
    options: [],
    to: null,
    settings: {},
    ...more,
  }
}

const option = (value: string, en: string, zh: string) => ({ value, labels: { en, zh }, color: null })

export const customer: Entity = {
  id: 'e-customer',
  key: 'customer',
  name: 'customer',
  labels: { en: 'Customer', zh: '客户' },
  plural_labels: {},
  time_field: null,
  title_field: 'name',
  collections: [],
  fields: [
    field('name', 'text', 'text', { labels: { en: 'Name', zh: '名称' }, required: true }),
    field('region', 'choice', 'choice', {
      labels: { en: 'Sales region', zh: '大区' },
      options: [option('east', 'East', '华东'), option('south', 'South', '华南')],
    }),
    field('owner', 'user', 'record', { labels: { en: 'Owner', zh: '负责人' }, to: 'user' }),
    field('annual', 'number', 'number', { labels: { en: 'Annual', zh: '年采购额' }, decimals: 2 }),
    field('active', 'boolean', 'boolean', { labels: { en: 'Active', zh: '活跃' } }),
    field('since', 'date', 'date', { labels: { en: 'Since', zh: '起始' } }),
    field('tags', 'choices', 'choices', { options: [option('vip', 'VIP', '重点'), option('new', 'New', '新客')] }),
    field('before', 'text', 'text'),
    field('photos', 'files', 'files'),
    field('created_at', 'datetime', 'datetime', { system: true }),
  ],
}

export const user: Entity = {
  id: 'e-user',
  key: 'user',
  name: 'user',
  labels: { en: 'User', zh: '用户' },
  plural_labels: {},
  time_field: null,
  title_field: 'name',
  collections: [],
  fields: [field('name', 'text', 'text', { labels: { en: 'Full name', zh: '姓名' } })],
}

export const entities: Entity[] = [customer, user]
