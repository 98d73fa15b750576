import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { LegacyGridContainLabel } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import { MONTHS } from '../../shared/page/text.ts';

/** The pictures: drawn here to SVG, so that the page needs neither scripts nor a network. */

use([BarChart, LineChart, GridComponent, LegendComponent, LegacyGridContainLabel, SVGRenderer]);

export const COLOURS = {
  ink: '#1d2733',
  quiet: '#67727e',
  line: '#e4e2dc',
  calls: '#12617a',
  inbound: '#12617a',
  outbound: '#6fb3b8',
  other: '#c9cdc8',
  messages: '#d9822b',
  good: '#c4dcd9',
  failed: '#c2452d',
} as const;

// Without double quotes: it stands inside an attribute.
const FONT = "ui-sans-serif, system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const AXIS_TEXT = { color: COLOURS.quiet, fontSize: 12, fontFamily: FONT };

export interface Series {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly number[];
}

function drawn(option: EChartsCoreOption, width: number, height: number, label: string): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ animation: false, textStyle: { fontFamily: FONT, color: COLOURS.ink }, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  const named = `<svg role="img" aria-label="${label.replace(/[&"<>]/g, ' ')}" `;
  return svg.replace('<svg ', named).replace(/ width="\d+" height="\d+"/, '');
}

function legend(show: boolean): object {
  return {
    show,
    top: 0,
    right: 0,
    itemWidth: 12,
    itemHeight: 12,
    itemGap: 18,
    icon: 'roundRect',
    textStyle: AXIS_TEXT,
  };
}

/** Days from left to right: stacked bars, and lines on the same scale. */
export function overDays(
  days: readonly string[],
  bars: readonly Series[],
  lines: readonly Series[],
  label: string,
): string {
  const short = days.map(day => `${Number(day.slice(8))} ${MONTHS[Number(day.slice(5, 7)) - 1]}`);
  return drawn(
    {
      legend: legend(true),
      grid: { left: 8, right: 8, top: 44, bottom: 4, containLabel: true },
      xAxis: {
        type: 'category',
        data: short,
        axisLabel: { ...AXIS_TEXT, hideOverlap: true },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: COLOURS.line } },
      },
      yAxis: { type: 'value', axisLabel: AXIS_TEXT, splitLine: { lineStyle: { color: COLOURS.line } } },
      series: [
        ...bars.map(({ name, colour, values }) => ({
          type: 'bar',
          stack: 'calls',
          name,
          data: values,
          itemStyle: { color: colour },
          barCategoryGap: days.length > 60 ? '10%' : '28%',
        })),
        ...lines.map(({ name, colour, values }) => ({
          type: 'line',
          name,
          data: values,
          symbol: 'none',
          smooth: 0.25,
          smoothMonotone: 'x',
          lineStyle: { color: colour, width: 2.5 },
          itemStyle: { color: colour },
        })),
      ],
    },
    1040,
    340,
    label,
  );
}

/** Months from left to right, one currency: stacked bars with their totals above. */
export function overMonths(
  months: readonly string[],
  bars: readonly Series[],
  totals: readonly string[],
  label: string,
): string {
  const names = months.map(month => `${MONTHS[Number(month.slice(5, 7)) - 1]} ’${month.slice(2, 4)}`);
  const sums = months.map((_, i) => bars.reduce((sum, { values }) => sum + (values[i] ?? 0), 0));
  const few = months.length <= 4;
  return drawn(
    {
      grid: { left: 2, right: 2, top: 26, bottom: 24 },
      xAxis: {
        type: 'category',
        data: names,
        axisLabel: { ...AXIS_TEXT, hideOverlap: true },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: COLOURS.line } },
      },
      yAxis: { type: 'value', show: false, max: Math.max(...sums, 0.000001) * 1.02 },
      series: [
        ...bars.map(({ name, colour, values }) => ({
          type: 'bar',
          stack: 'cost',
          name,
          data: values,
          itemStyle: { color: colour },
          barMaxWidth: 64,
          barCategoryGap: '26%',
        })),
        {
          type: 'line',
          data: sums,
          symbolSize: 0.1,
          lineStyle: { opacity: 0 },
          label: {
            show: few,
            position: 'top',
            color: COLOURS.ink,
            fontSize: 13,
            fontWeight: 600,
            formatter: ({ dataIndex }: { dataIndex: number }) => totals[dataIndex] ?? '',
          },
        },
      ],
    },
    320,
    200,
    label,
  );
}

/** Names from top to bottom: stacked bars, and a text at the end of each. */
export function ranked(
  names: readonly string[],
  bars: readonly Series[],
  ends: readonly string[],
  label: string,
  legendShown = bars.length > 1,
): string {
  const last = bars.length - 1;
  // Nobody can measure text here as the reader's browser will, so names get the room of wide letters.
  const room = Math.min(176, 8 * Math.max(6, ...names.map(name => name.length)));
  return drawn(
    {
      legend: legend(legendShown),
      grid: { left: room + 10, right: 84, top: legendShown ? 34 : 4, bottom: 0 },
      xAxis: { type: 'value', show: false },
      yAxis: {
        type: 'category',
        inverse: true,
        data: names,
        axisLabel: { ...AXIS_TEXT, color: COLOURS.ink, fontSize: 13, width: room, overflow: 'truncate' },
        axisTick: { show: false },
        axisLine: { show: false },
      },
      series: bars.map(({ name, colour, values }, i) => ({
        type: 'bar',
        stack: 'all',
        name,
        data: values,
        barWidth: 16,
        itemStyle: { color: colour, borderRadius: i === last ? [0, 3, 3, 0] : 0 },
        label: {
          show: i === last,
          position: 'right',
          distance: 8,
          color: COLOURS.quiet,
          fontSize: 12,
          formatter: ({ dataIndex }: { dataIndex: number }) => ends[dataIndex] ?? '',
        },
      })),
    },
    440,
    (legendShown ? 40 : 10) + 30 * Math.max(names.length, 1),
    label,
  );
}
