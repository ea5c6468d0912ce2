/** The words of this page come with it: no other route pays for them. */
import i18next from 'i18next'
import en from '@/locales/en/late/backtest.json'
import zh from '@/locales/zh-CN/late/backtest.json'

i18next.addResourceBundle('en', 'backtest', en)
i18next.addResourceBundle('zh-CN', 'backtest', zh)
