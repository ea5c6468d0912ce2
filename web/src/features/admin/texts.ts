import en from '@/locales/en/late/admin.json'
import { addTexts } from '@/locales/late'
import zh from '@/locales/zh-CN/late/admin.json'

addTexts('admin', { en, 'zh-CN': zh })
