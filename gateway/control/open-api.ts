import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { contract } from './contract/index.ts';

/** The control interface as an OpenAPI document, made from the contract itself. */
export async function buildOpenApi(version: string, url: string): Promise<string> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(contract, {
    info: {
      title: 'Keyward control interface',
      version,
      description:
        'What the screens and the command line use. Served to this computer only. Programs send the token in instance.json (in the home folder) as `Authorization: Bearer`.',
    },
    servers: [{ url: `${url}/api` }],
    security: [{ instanceToken: [] }, { session: [] }],
    components: {
      securitySchemes: {
        instanceToken: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: `keyward_session_${new URL(url).port || '80'}` },
      },
    },
  });
  return JSON.stringify(document);
}
