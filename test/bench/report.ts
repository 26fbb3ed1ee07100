import { statfsSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { git } from '../helpers/git.js';

export interface Table {
  title: string;
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

export function milliseconds(value: number): string {
  if (value >= 1_000) return `${(value / 1_000).toFixed(2)} s`;
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ms`;
}

export function mebibytes(bytes: number): string {
  const value = bytes / 1_048_576;
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} MiB`;
}

/** How the first of two numbers compares with the second. */
export function ratio(one: number, other: number): string {
  return (one / other).toFixed(2);
}

/** By the magic number that statfs tells (linux/magic.h). */
const FILE_SYSTEMS: Partial<Record<number, string>> = {
  0xef53: 'ext4',
  0x01021994: 'tmpfs',
  0x9123683e: 'btrfs',
  0x58465342: 'xfs',
};

/** What the numbers depend on, and nothing that names a machine or a place on it. */
export function machine(): string {
  const memory = Math.round(totalmem() / 1_073_741_824);
  const version = git('/', '--version').replace(/^git version /, '');
  const { version: node } = process;
  const files = FILE_SYSTEMS[statfsSync(tmpdir()).type] ?? 'another file system';
  const programs = `node ${node}, git ${version}`;
  return `${availableParallelism()} cores, ${memory} GiB of memory, ${files}, ${programs}`;
}

/** A table in Markdown, aligned as the formatter aligns it: text left, numbers right. */
export function formatTable({ title, header, rows }: Table): string {
  const widths = header.map((_, column) => {
    return Math.max(3, ...[header, ...rows].map((row) => row[column]?.length ?? 0));
  });
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, column) => {
      const width = widths[column] as number;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${padded.join(' | ')} |`;
  };
  const rule = widths.map((width, column) => {
    return column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`;
  });
  return [`## ${title}`, '', line(header), line(rule), ...rows.map(line), ''].join('\n');
}
