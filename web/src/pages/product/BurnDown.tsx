import { useComputedColorScheme } from '@mantine/core'
import { LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { init, use as draw } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import type { Bill } from '@/pages/charges/queries'
import { sayOf, seriesOf, type Series } from './series'

draw([LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, SVGRenderer])

const LOOKS = {
  light: { text: '#495057', line: '#ced4da', used: '#1f6f5c', predicted: '#b35c00', limit: '#c92a2a' },
  dark: { text: '#c9c9c9', line: '#424242', used: '#4fc3a1', predicted: '#ffa94d', limit: '#ff8787' },
}

/** Draws what a product used day by day, what is predicted, and where its allowance and its limit lie. */
export default function BurnDown({ bill }: { bill: Bill }) {
  const place = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme('light')
  useEffect(() => {
    if (!place.current) return undefined
    const chart = init(place.current, null, { renderer: 'svg' })
    chart.setOption(options(seriesOf(bill), LOOKS[scheme]))
    const watched = new ResizeObserver(() => chart.resize())
    watched.observe(place.current)
    return () => {
      watched.disconnect()
      chart.dispose()
    }
  }, [bill, scheme])
  return <div ref={place} role="img" aria-label={sayOf(bill)} style={{ height: 280 }} />
}

function options(series: Series, look: (typeof LOOKS)['light']) {
  const most = Math.max(...series.used.map(Number), ...series.predicted.map(Number), 1)
  const shown = [
    { name: 'allowance', yAxis: series.allowance, color: look.predicted },
    { name: 'limit', yAxis: series.limit, color: look.limit },
  ].filter((mark, place) => place === 0 || mark.yAxis !== series.allowance)
  const near = series.limit <= 4 * series.allowance || most > series.allowance / 2 // or all else would be flat
  const top = Math.max(most, series.allowance, ...(near ? [series.limit] : []))
  const line = { type: 'line' as const, step: 'end' as const, showSymbol: false, animation: false }
  return {
    textStyle: { color: look.text },
    legend: { textStyle: { color: look.text }, right: 0, top: 0, selectedMode: false },
    tooltip: { trigger: 'axis' as const },
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
    xAxis: {
      type: 'category' as const,
      data: series.days.map((day) => day.slice(5)),
      axisLabel: { color: look.text },
      axisLine: { lineStyle: { color: look.line } },
    },
    yAxis: {
      type: 'value' as const,
      max: top * 1.05,
      axisLabel: {
        color: look.text,
        showMaxLabel: false,
        formatter: (amount: number) => Math.round(amount).toLocaleString('en'),
      },
      splitLine: { lineStyle: { color: look.line } },
    },
    series: [
      {
        ...line,
        name: 'used',
        data: series.used,
        color: look.used,
        areaStyle: { opacity: 0.15 },
        markLine: {
          silent: true,
          animation: false,
          symbol: 'none',
          data: shown.map(({ name, yAxis, color }) => ({
            name,
            yAxis,
            lineStyle: { color, type: 'solid' as const },
            label: { formatter: name, position: 'insideStartTop' as const, color: look.text },
          })),
        },
      },
      {
        ...line,
        name: 'predicted',
        data: series.predicted,
        color: look.predicted,
        lineStyle: { type: 'dashed' as const },
      },
    ],
  }
}
