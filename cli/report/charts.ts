import { BarChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { LegacyGridContainLabel } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import type { Coverage } from './held.ts';

/** The pictures over time: drawn here to SVG, so that the page needs neither scripts nor a network. */

use([BarChart, GridComponent, LegacyGridContainLabel, SVGRenderer]);

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
  gap: 'var(--gap)',
  part: 'var(--part)',
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

/** Behind a bar: full where nothing is held, lighter where a part is. It has a scale of its own. */
function shade(coverage: readonly Coverage[]): readonly object[] {
  const bandsOf = (which: Coverage, name: string, color: string): object => ({
    type: 'bar',
    name,
    // Axes of its own, or it would share the width of a day with the bars.
    xAxisIndex: 1,
    yAxisIndex: 1,
    stack: 'shade',
    barWidth: '100%',
    z: 0,
    silent: true,
    data: coverage.map(each => (each === which ? 1 : null)),
    itemStyle: { color },
  });
  return [bandsOf('none', 'Not held', COLOURS.gap), bandsOf('part', 'Held in part', COLOURS.part)];
}

function xAxes(labels: readonly string[]): readonly object[] {
  const shown = {
    axisLabel: { ...AXIS_TEXT, hideOverlap: true },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: COLOURS.line } },
  };
  return [
    { type: 'category', data: labels, ...shown },
    { type: 'category', data: labels, show: false },
  ];
}

function stacked({ name, colour, values }: Series, shape: object): object {
  return { type: 'bar', stack: 'bars', name, data: values, itemStyle: { color: colour }, ...shape };
}

/** Sizes of a picture over time: a screen or a page of paper, and a phone, where all of it has to be seen at once. */
export const SIZES = { broad: [1040, 250], slim: [360, 230] } as const;

/** From left to right: stacked bars. Where nothing is held there is no bar, not even of zero. */
export function overTime(
  labels: readonly string[],
  coverage: readonly Coverage[],
  bars: readonly Series[],
  label: string,
  [width, height]: readonly [number, number],
): string {
  return drawn(
    {
      grid: { left: 2, right: 14, top: 14, bottom: 4, containLabel: true },
      xAxis: xAxes(labels),
      yAxis: [
        {
          type: 'value',
          axisLabel: AXIS_TEXT,
          splitLine: { lineStyle: { color: COLOURS.line } },
          minInterval: 1,
        },
        { type: 'value', show: false, max: 1 },
      ],
      series: [
        ...shade(coverage),
        ...bars.map(bar =>
          stacked(bar, { barMaxWidth: 48, barCategoryGap: width / labels.length < 14 ? '10%' : '28%' }),
        ),
      ],
    },
    width,
    height,
    label,
  );
}

/** Months from left to right, one currency: stacked bars with their totals above. */
export function overMonths(
  labels: readonly string[],
  coverage: readonly Coverage[],
  bars: readonly Series[],
  totals: readonly string[],
  label: string,
): string {
  const sums = labels.map((_, i) => bars.reduce((sum, { values }) => sum + (values[i] ?? 0), 0));
  return drawn(
    {
      grid: { left: 2, right: 2, top: 26, bottom: 24 },
      xAxis: xAxes(labels),
      yAxis: [
        { type: 'value', show: false, max: Math.max(...sums, 0.000001) * 1.02 },
        { type: 'value', show: false, max: 1 },
      ],
      series: [
        ...shade(coverage),
        ...bars.map((bar, i) =>
          stacked(bar, {
            barMaxWidth: 64,
            barCategoryGap: '26%',
            label: {
              show: labels.length <= 6 && i === bars.length - 1,
              position: 'top',
              color: COLOURS.ink,
              fontSize: 12,
              fontWeight: 600,
              formatter: ({ dataIndex }: { dataIndex: number }) => totals[dataIndex] ?? '',
            },
          }),
        ),
      ],
    },
    320,
    190,
    label,
  );
}
