/** A form as SendGrid's Inbound Parse posts it: fields, and what is no text of the mail as files. */
import { randomBytes } from 'node:crypto';

const LINE = '\r\n';

export interface FormFile {
  readonly filename: string;
  readonly type: string;
  readonly content: string;
}

export function multipart(fields: Readonly<Record<string, string>>, files: readonly FormFile[]): { readonly contentType: string; readonly body: string } {
  const boundary = `sandbox${randomBytes(12).toString('hex')}`;
  const parts = [
    ...Object.entries(fields).map(([name, value]) => `Content-Disposition: form-data; name="${name}"${LINE}${LINE}${value}`),
    ...files.map(({ filename, type, content }, index) => `Content-Disposition: form-data; name="attachment${index + 1}"; filename="${filename}"${LINE}Content-Type: ${type}${LINE}${LINE}${content}`),
  ];
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: `${parts.map((part) => `--${boundary}${LINE}${part}${LINE}`).join('')}--${boundary}--${LINE}` };
}
