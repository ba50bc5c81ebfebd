// Reads one text file under guards: what is missing, unreadable, a folder, too large or not UTF-8 text becomes a
// diagnostic before any parser sees it. The only file access of YAML loading.

import { closeSync, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import type { Diagnostic } from '../diagnostic.ts';
import type { Node } from '../tree.ts';
import { maxFileBytes } from './limits.ts';
import { parseYaml } from './parse.ts';

export interface TextFile {
  readonly text?: string;
  readonly diagnostics: Diagnostic[];
}

export interface YamlFile {
  readonly text: string;
  /** Documents without a syntax error. */
  readonly documents: Node[];
  readonly diagnostics: Diagnostic[];
  /** Mistakes in a Compose file only. */
  readonly inCompose: readonly Diagnostic[];
}

/** Reads and parses; `display` is how diagnostics name the file. */
export function readYamlFile(path: string, display: string): YamlFile {
  const { text, diagnostics } = readTextFile(path, display);
  if (text === undefined) return { text: '', documents: [], diagnostics, inCompose: [] };
  return { text, ...parseYaml(text, display) };
}

/** The text of a UTF-8 file of at most 4 MiB, without a byte order mark. */
export function readTextFile(path: string, display: string): TextFile {
  const read = readBytes(path);
  if (!Buffer.isBuffer(read)) {
    return { diagnostics: [{ severity: 'error', file: display, line: 1, column: 1, ...read }] };
  }
  return decode(read, display);
}

type Refusal = Pick<Diagnostic, 'code' | 'message' | 'hint'>;

/** What stands under a path, or why that cannot be known: an odd name is a mistake like any other, never an exception. */
export function lookAt(path: string): Stats | Refusal {
  try {
    return statSync(path);
  } catch (error) {
    return refusalOf(error);
  }
}

/** As good as not there where it cannot be looked at: who reads it says why. */
export function isFolder(path: string): boolean {
  const found = lookAt(path);
  return 'code' in found ? false : found.isDirectory();
}

/** What `-f -` means. */
export const standardInput = '/dev/stdin';

/** It comes once, and a load may ask twice. */
let piped: Buffer | undefined;

/** The bytes of a regular file, or why they cannot be had. */
export function readBytes(path: string, limit = maxFileBytes): Buffer | Refusal {
  let descriptor: number | undefined;
  try {
    if (path === standardInput) {
      piped ??= readFileSync(0);
      return piped;
    }
    // Looked at before it is opened: opening a pipe would wait for a writer.
    const stat = lookAt(path);
    if ('code' in stat) return stat;
    if (stat.isDirectory())
      return { code: 'FileIsFolder', message: 'this is a folder; a file was expected here' };
    if (!stat.isFile()) return { code: 'FileUnreadable', message: 'this is not a regular file' };
    descriptor = openSync(path, 'r');
    const { size } = fstatSync(descriptor);
    if (size > limit) {
      return {
        code: 'FileTooLarge',
        message: `file has ${size} bytes; at most ${limit} (${limit / 1024 / 1024} MiB) are read`,
      };
    }
    return readFileSync(descriptor);
  } catch (error) {
    return refusalOf(error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function refusalOf(error: unknown): Refusal {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { code: 'FileMissing', message: 'file not found' };
    case 'EACCES':
    case 'EPERM':
      return { code: 'FileUnreadable', message: 'file cannot be read: permission denied' };
    case 'ELOOP':
      return { code: 'FileUnreadable', message: 'file cannot be read: a symbolic link points at itself' };
    case 'ENAMETOOLONG':
      return { code: 'FileUnreadable', message: 'file cannot be read: its name is too long' };
    default:
      return { code: 'FileUnreadable', message: `file cannot be read: ${code}` };
  }
}

/** Control characters but tab, line feed, form feed and carriage return: the mark of a binary file. */
const controlCharacter = /[^\P{Cc}\t\n\f\r\u0080-\u009f]/u;

function decode(bytes: Buffer, display: string): TextFile {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    return {
      diagnostics: [
        {
          severity: 'error',
          code: 'NotUtf8',
          file: display,
          ...placeOfInvalid(bytes),
          message: 'file is not UTF-8 text',
          ...(utf16 ? { hint: 'it looks like UTF-16: save it as UTF-8' } : {}),
        },
      ],
    };
  }
  const control = text.search(controlCharacter);
  if (control === -1) return { text, diagnostics: [] };
  const before = text.slice(0, control);
  const line = before.split('\n').length;
  const column = control - before.lastIndexOf('\n');
  const name = `U+${text.charCodeAt(control).toString(16).padStart(4, '0').toUpperCase()}`;
  return {
    diagnostics: [
      {
        severity: 'error',
        code: 'NotText',
        file: display,
        line,
        column,
        message: `control character ${name} in the file; a text file was expected`,
      },
    ],
  };
}

/** Line and column of the first byte that is not UTF-8. */
function placeOfInvalid(bytes: Buffer): { line: number; column: number } {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    const part = bytes.subarray(start, end);
    if (!isUtf8Prefix(part, false)) {
      let good = 0;
      let bad = part.length;
      while (bad - good > 1) {
        const middle = (good + bad) >> 1;
        if (isUtf8Prefix(part.subarray(0, middle), true)) good = middle;
        else bad = middle;
      }
      return { line, column: new TextDecoder().decode(part.subarray(0, good)).length + 1 };
    }
    start = end + 1;
  }
  return { line: 1, column: 1 };
}

function isUtf8Prefix(bytes: Uint8Array, cutShort: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cutShort });
    return true;
  } catch {
    return false;
  }
}
