// What a plain YAML scalar means: one rule for parsing files and for text that interpolation has filled in.
// YAML 1.2's core schema, as Compose reads it: `yes` and `on` are text.

const int = /^[-+]?[0-9]+$/;
const octal = /^0o[0-7]+$/;
const hex = /^0x[0-9a-fA-F]+$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/** The value of an unquoted scalar as written. */
export function plainScalar(source: string): string | number | boolean | null {
  if (/^(?:~|null|Null|NULL)?$/.test(source)) return null;
  if (/^(?:true|True|TRUE)$/.test(source)) return true;
  if (/^(?:false|False|FALSE)$/.test(source)) return false;
  if (int.test(source) || float.test(source)) return Number(source);
  if (octal.test(source) || hex.test(source)) return Number(source);
  return source;
}
