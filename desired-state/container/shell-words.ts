// Text split into words as Compose splits it: mattn/go-shellwords without variables and backticks. It is a split, not a
// shell: no variable, no glob, no pipe, nothing is run.

export interface Split {
  readonly words: string[];
  /** The shell operator (`;`, `&`, `|`, `<`, `>`) at which Compose stops reading. */
  readonly stoppedAt?: string;
}

interface State {
  words: string[];
  word: string;
  /** A word has begun; quotes make one even of nothing. */
  got: 'no' | 'some' | 'quoted';
  inside: '' | "'" | '"' | '`' | '$(';
}

/** undefined: a quote or a parenthesis is left open, or stands where none may. */
export function splitWords(line: string): Split | undefined {
  const state: State = { words: [], word: '', got: 'no', inside: '' };
  let escaped = false;
  for (const char of line) {
    if (escaped) {
      escaped = false;
      add(state, unescaped(state, char));
    } else if (char === '\\') {
      if (state.inside === "'") state.word += '\\';
      else escaped = true;
    } else if (/[ \t\r\n]/.test(char)) {
      if (state.inside === '') flush(state);
      else state.word += char;
    } else if (/[;&|<>]/.test(char) && state.inside === '') {
      // `2>`: the number belongs to the operator.
      if (char === '>' && /^\d+$/.test(state.word)) state.got = 'no';
      flush(state);
      return { words: state.words, stoppedAt: char };
    } else if (!take(state, char)) return undefined;
  }
  flush(state);
  return escaped || state.inside !== '' ? undefined : { words: state.words };
}

function unescaped({ inside }: State, char: string): string {
  if (inside === '`' || inside === '$(') return `\\${char}`;
  return char === 't' ? '\t' : char === 'n' ? '\n' : char;
}

function add(state: State, text: string): void {
  state.word += text;
  state.got = 'some';
}

function flush(state: State): void {
  if (state.got === 'quoted' || (state.got === 'some' && state.word !== '')) state.words.push(state.word);
  state.word = '';
  state.got = 'no';
}

/** A character that may open or close something; false: it may not stand here. */
function take(state: State, char: string): boolean {
  const { inside } = state;
  const free = inside === '';
  if ((char === '"' || char === "'") && (free || inside === char)) {
    if (!free) state.got = 'quoted';
    state.inside = free ? char : '';
    return true;
  }
  if (char === '`' && (free || inside === '`')) {
    state.inside = free ? '`' : '';
  } else if (char === ')' && (free || inside === '$(')) {
    if (free) return false;
    state.inside = '';
  } else if (char === '(' && (free || inside === '$(')) {
    if (!free || !/(?<!\\)\$$/.test(state.word)) return false;
    state.inside = '$(';
    state.word += '(';
    return true;
  }
  add(state, char);
  return true;
}
