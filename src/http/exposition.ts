/** Prometheus text: one metric with its help and its samples. */

export type Labels = Readonly<Record<string, string>>;
export type Sample = readonly [Labels, number];

export function metric(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  return header(name, type, help) + samples.map(([labels, value]) => line(name, labels, value)).join('');
}

/** One series of a histogram: how many observations had each value. */
export interface Series {
  readonly labels: Labels;
  readonly values: readonly { readonly value: number; readonly count: number }[];
}

/** `bounds` ascending, without the infinite one. */
export function histogram(name: string, help: string, bounds: readonly number[], series: readonly Series[]): string {
  const lines = series.flatMap(({ labels, values }) => {
    const upTo = (bound: number): number => values.reduce((sum, one) => (one.value <= bound ? sum + one.count : sum), 0);
    return [
      ...bounds.map((bound) => line(`${name}_bucket`, { ...labels, le: String(bound) }, upTo(bound))),
      line(`${name}_bucket`, { ...labels, le: '+Inf' }, upTo(Infinity)),
      line(`${name}_sum`, labels, values.reduce((sum, one) => sum + one.value * one.count, 0)),
      line(`${name}_count`, labels, upTo(Infinity)),
    ];
  });
  return header(name, 'histogram', help) + lines.join('');
}

function header(name: string, type: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${text.replace(/[\\"\n]/g, '')}"`).join(',');
  return `${name}${pairs === '' ? '' : `{${pairs}}`} ${value}\n`;
}
