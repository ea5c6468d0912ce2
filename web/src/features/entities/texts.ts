import en from '@/locales/en/late/entities.json'
import { addTexts } from '@/locales/late'
import zh from '@/locales/zh-CN/late/entities.json'

addTexts('entities', { en, 'zh-CN': zh })
