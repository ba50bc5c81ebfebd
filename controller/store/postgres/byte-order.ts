// Text columns sort by their bytes, as SQLite's do: a database's own collation would order refs and ids otherwise, and not
// everywhere alike.

import {
  type ColumnDefinitionNode,
  DataTypeNode,
  type KyselyPlugin,
  type OperationNode,
  OperationNodeTransformer,
  type QueryId,
  RawNode,
} from 'kysely';

class ByteOrder extends OperationNodeTransformer {
  protected override transformColumnDefinition(
    node: ColumnDefinitionNode,
    queryId?: QueryId,
  ): ColumnDefinitionNode {
    const column = super.transformColumnDefinition(node, queryId);
    if (!isText(column.dataType)) return column;
    return {
      ...column,
      endModifiers: [...(column.endModifiers ?? []), RawNode.createWithSql('collate "C"')],
    };
  }
}

function isText(type: OperationNode): boolean {
  return DataTypeNode.is(type) && type.dataType === 'text';
}

/** For the migrations: they name no collation, for SQLite knows no such word. */
export function byteOrder(): KyselyPlugin {
  const order = new ByteOrder();
  return {
    transformQuery: ({ node, queryId }) => order.transformNode(node, queryId),
    transformResult: async ({ result }) => result,
  };
}
