import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { LegacyGridContainLabel } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import { MONTHS } from '../../shared/status/text.ts';

/** The pictures over time: drawn here to SVG, so that the page needs neither scripts nor a network. */

use([BarChart, LineChart, GridComponent, LegacyGridContainLabel, SVGRenderer]);

/** By name: the page has a value of each for light and one for dark. */
export const COLOURS = {
  ink: 'var(--ink)',
  quiet: 'var(--quiet)',
  line: 'var(--line)',
  calls: 'var(--calls)',
  inbound: 'var(--calls)',
  outbound: 'var(--outbound)',
  other: 'var(--other)',
  messages: 'var(--messages)',
  good: 'var(--good)',
  failed: 'var(--failed)',
} as const;

// Without double quotes: it stands inside an attribute.
const FONT = "ui-sans-serif, system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const AXIS_TEXT = { color: COLOURS.quiet, fontSize: 12, fontFamily: FONT };

export interface Series {
  readonly name: string;
  readonly colour: string;
  /** `null` where there is nothing to draw. */
  readonly values: readonly (number | null)[];
}

function drawn(option: EChartsCoreOption, width: number, height: number, label: string): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ animation: false, textStyle: { fontFamily: FONT, color: COLOURS.ink }, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  const named = `<svg role="img" aria-label="${label.replace(/[&"<>]/g, ' ')}" `;
  return svg.replace('<svg ', named).replace(/ width="\d+" height="\d+"/, '');
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
      grid: { left: 8, right: 8, top: 14, bottom: 4, containLabel: true },
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
          // A day between two that are not there has no line.
          symbol: 'circle',
          symbolSize: 5,
          showAllSymbol: days.length <= 60,
          lineStyle: { color: colour, width: 2.5 },
          itemStyle: { color: colour },
        })),
      ],
    },
    1040,
    310,
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
        ...bars.map(({ name, colour, values }, i) => ({
          type: 'bar',
          stack: 'cost',
          name,
          data: values,
          itemStyle: { color: colour },
          barMaxWidth: 64,
          barCategoryGap: '26%',
          label: {
            show: few && i === bars.length - 1,
            position: 'top',
            color: COLOURS.ink,
            fontSize: 13,
            fontWeight: 600,
            formatter: ({ dataIndex }: { dataIndex: number }) => totals[dataIndex] ?? '',
          },
        })),
      ],
    },
    320,
    200,
    label,
  );
}
