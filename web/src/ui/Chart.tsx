import { BarChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { useTexts } from '@/locales/i18n'

use([AriaComponent, BarChart, GridComponent, LegendComponent, SVGRenderer, TooltipComponent])

export interface Bars {
  /** What the bars stand on: days, weeks, stages. */
  steps: string[]
  series: { name: string; values: number[] }[]
}

/** Our tokens as they are now: SVG text inherits neither the font nor the theme. */
function tokens(of: Element) {
  const style = getComputedStyle(of)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    ink: read('--ink'),
    mute: read('--mut'),
    line: read('--line'),
    ground: read('--raised'),
    colors: [read('--pri'), read('--amb')],
    font: style.fontFamily,
  }
}

function optionOf(of: Element, { steps, series }: Bars): EChartsCoreOption {
  const { ink, mute, line, ground, colors, font } = tokens(of)
  const legend = series.length > 1
  return {
    animation: false,
    aria: { enabled: true, decal: { show: legend } },
    color: colors,
    textStyle: { fontFamily: font, color: ink },
    grid: { left: 8, right: 8, top: legend ? 34 : 12, bottom: 4, containLabel: true },
    legend: legend ? { top: 0, left: 0, textStyle: { color: ink }, itemWidth: 14, itemHeight: 10 } : undefined,
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      backgroundColor: ground,
      borderColor: line,
      textStyle: { color: ink },
    },
    xAxis: {
      type: 'category',
      data: steps,
      axisLabel: { color: mute, hideOverlap: true },
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      axisLabel: { color: mute },
      splitLine: { lineStyle: { color: line } },
    },
    series: series.map((one) => ({ type: 'bar', name: one.name, data: one.values, barMaxWidth: 28 })),
  }
}

/** Bars in SVG. The picture says nothing to a screen reader but its label: whoever draws it gives a list beside it. */
export function BarsChart({ bars, label, onPick }: { bars: Bars; label: string; onPick?: (step: number) => void }) {
  const { tag } = useTexts()
  const room = useRef<HTMLDivElement>(null)
  const pick = useRef(onPick)
  pick.current = onPick
  // biome-ignore lint/correctness/useExhaustiveDependencies: the language changes the words in the labels
  useEffect(() => {
    const here = room.current
    if (!here) return
    const chart = init(here, null, { renderer: 'svg' })
    const draw = () => chart.setOption(optionOf(here, bars), true)
    draw()
    chart.on('click', (event: { dataIndex?: number }) => pick.current?.(event.dataIndex ?? 0))
    const sized = new ResizeObserver(() => chart.resize())
    sized.observe(here)
    const themed = new MutationObserver(draw)
    themed.observe(document.documentElement, { attributes: true })
    return () => {
      sized.disconnect()
      themed.disconnect()
      chart.dispose()
    }
  }, [bars, tag])
  return <div ref={room} className="chart" role="img" aria-label={label} />
}
