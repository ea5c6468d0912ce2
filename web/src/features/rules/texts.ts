import en from '@/locales/en/late/rules.json'
import { addTexts } from '@/locales/late'
import zh from '@/locales/zh-CN/late/rules.json'

addTexts('rules', { en, 'zh-CN': zh })
