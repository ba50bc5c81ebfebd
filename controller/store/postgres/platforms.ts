// Which platforms have their store in a database, for commands that are told the database alone.

import { type PostgresHome, postgresHome } from '../home.ts';
import { connect } from './connection.ts';
import { inWords } from './words.ts';

/** By name. What was moved elsewhere is kept under another comment, and is none. */
export async function platformsIn(url: string): Promise<readonly string[]> {
  const home: PostgresHome = postgresHome(url, '');
  try {
    const connection = await connect(home, 'read');
    try {
      const { rows } = await connection.query(
        `SELECT substr(obj_description(oid, 'pg_namespace'), ${commentHead.length + 1}) AS platform FROM pg_namespace
          WHERE obj_description(oid, 'pg_namespace') LIKE $1 ORDER BY 1`,
        [`${commentHead}%`],
      );
      return rows.map((row) => String(row.platform));
    } finally {
      connection.drop();
    }
  } catch (error) {
    throw inWords(home, error);
  }
}

const commentHead = 'reeve: platform ';

/** What the schema of a platform says of itself: its name may be cut. */
export function commentOf(platform: string): string {
  return `${commentHead}${platform}`;
}
