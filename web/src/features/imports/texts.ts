import en from '@/locales/en/late/imports.json'
import { addTexts } from '@/locales/late'
import zh from '@/locales/zh-CN/late/imports.json'

addTexts('imports', { en, 'zh-CN': zh })
