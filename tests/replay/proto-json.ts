/**
 * Histories to proto3 JSON and back. The SDK's own pair (proto-utils of @temporalio/common) asks the wrong copy of
 * protobufjs when npm gives each Temporal package one of its own ("type must be a Type", 1.24.0); here it is always the
 * copy that the types were made with.
 */
import { createRequire } from 'node:module';
import type proto from '@temporalio/proto';

export type History = proto.temporal.api.history.v1.IHistory;

interface ProtoJson {
  fromJson(type: object, json: unknown, options: { readonly ignoreUnknownFields: boolean }): History | null;
  toJson(type: object, message: object): unknown;
}
interface Root {
  lookupType(name: string): { fromObject(plain: object): object };
}

const fromHere = createRequire(import.meta.url);
const fromProto = createRequire(fromHere.resolve('@temporalio/proto/package.json'));
const protoJson = fromProto('protobufjs/ext/protojson') as ProtoJson;
const { patchProtobufRoot } = fromHere('@temporalio/proto/lib/patch-protobuf-root') as { patchProtobufRoot: (root: unknown) => Root };
const HISTORY = patchProtobufRoot(fromHere('@temporalio/proto')).lookupType('temporal.api.history.v1.History');

/** As `temporal workflow show --output json` writes it. */
export function historyToJson(history: History): unknown {
  return protoJson.toJson(HISTORY, HISTORY.fromObject(history));
}

/** Throws when it is no history; fields of a newer server are left out, as the SDK does. */
export function historyFromJson(json: unknown): History {
  const history = protoJson.fromJson(HISTORY, json, { ignoreUnknownFields: true });
  if (history === null) throw new TypeError('The stored history is empty.');
  return history;
}
