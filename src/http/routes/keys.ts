import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Services } from "../../app/services.js";
import { issuerOf } from "../../domain/applications/index.js";
import type { PublishedKey } from "../../domain/jwt/index.js";
import { hashToken } from "../../platform/crypto/index.js";
import { isDatabaseUnavailable } from "../../platform/database/index.js";
import { GatewayError } from "../../platform/errors/index.js";
import { ReadThroughCache } from "../../platform/read-through-cache.js";

type Dependencies = Pick<Services, "applicationDirectory" | "signingKeys" | "signingKeyFetches" | "publicUrl" | "log">;
interface PublishedFile {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
}
interface PemFile extends PublishedFile {
  readonly kid: string;
}
interface Files {
  readonly keySet: PublishedFile;
  readonly discovery: PublishedFile;
  /** By the value of `key`: current, next or previous. */
  readonly pems: ReadonlyMap<string, PemFile>;
}
interface WithApplicationId {
  Params: { applicationId: string };
  Querystring: { key?: string | string[] };
}
const keyNames: readonly string[] = ["current", "next", "previous"];

/** Without a charset, because some verifiers compare the whole value. */
const JSON_TYPE = "application/json";
const PEM_TYPE = "application/x-pem-file";
const MAX_AGE_SECONDS = 300;

/** Serves the key set (RFC 7517), the discovery document (OpenID Connect Discovery, RFC 8414) and the keys as PEM. */
export function addKeyRoutes(server: FastifyInstance, dependencies: Dependencies): void {
  const published = new PublishedFiles(dependencies);
  const send =
    (choose: (files: Files, request: FastifyRequest<WithApplicationId>) => PublishedFile | undefined) =>
    async (request: FastifyRequest<WithApplicationId>, reply: FastifyReply) => {
      const files = await published.find(request.params.applicationId);
      const chosen = files && choose(files, request);
      if (!chosen) throw new GatewayError("FORBIDDEN", { status: 404 });
      const { type, body, etag } = chosen;
      void reply
        .header("Cache-Control", `public, max-age=${MAX_AGE_SECONDS}`)
        .header("ETag", etag)
        .header("Access-Control-Allow-Origin", "*");
      if (request.headers["if-none-match"] === etag) await reply.code(304).send();
      // Fastify does not add a charset to the content type of a Buffer.
      else await reply.header("Content-Type", type).send(body);
    };
  const choosePem = ({ pems }: Files, { params: { applicationId }, query: { key = "current" } }: FastifyRequest<WithApplicationId>) => {
    if (typeof key !== "string" || !keyNames.includes(key)) throw new GatewayError("BAD_USER_INPUT");
    const pem = pems.get(key);
    if (pem) dependencies.signingKeyFetches.record(applicationId, pem.kid);
    return pem;
  };
  server.get<WithApplicationId>(
    "/apps/:applicationId/.well-known/jwks.json",
    send(({ keySet }) => keySet),
  );
  server.get<WithApplicationId>(
    "/apps/:applicationId/.well-known/openid-configuration",
    send(({ discovery }) => discovery),
  );
  server.get<WithApplicationId>(
    "/.well-known/oauth-authorization-server/apps/:applicationId",
    send(({ discovery }) => discovery),
  );
  server.get<WithApplicationId>("/apps/:applicationId/public-key.pem", send(choosePem));
}

/**
 * The published files of each application. Settings and keys are cached by their own services, so nothing is cached here; but while the
 * database is unavailable, the last published files are served.
 */
class PublishedFiles {
  private readonly files: ReadThroughCache<Files>;
  /** Rendered once per read of the keys. */
  private readonly rendered = new WeakMap<readonly PublishedKey[], Files>();

  constructor(private readonly dependencies: Dependencies) {
    const mayServeStale = (error: unknown, applicationId: string) => {
      if (!isDatabaseUnavailable(error)) return false;
      dependencies.log.warn({ applicationId }, "database unavailable, serving the last published keys");
      return true;
    };
    this.files = new ReadThroughCache({ read: (applicationId) => this.read(applicationId), mayServeStale });
  }

  /** Null for unknown, suspended and deleted applications, so that responses do not distinguish them. */
  async find(applicationId: string): Promise<Files | null> {
    return await this.files.get(applicationId);
  }

  private async read(applicationId: string): Promise<Files | null> {
    const { applicationDirectory, signingKeys, publicUrl } = this.dependencies;
    if (!(await applicationDirectory.findActiveById(applicationId))) return null;
    const keys = await signingKeys.listPublished(applicationId);
    const files = this.rendered.get(keys) ?? renderFiles(issuerOf(publicUrl, applicationId), publicUrl, keys);
    this.rendered.set(keys, files);
    return files;
  }
}

function renderFiles(issuer: string, publicUrl: string, keys: readonly PublishedKey[]): Files {
  const discovery = {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    authorization_endpoint: `${publicUrl}/graphql`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
  return {
    keySet: file(JSON_TYPE, JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) })),
    discovery: file(JSON_TYPE, JSON.stringify(discovery)),
    pems: new Map(keys.map(({ id: kid, state, publicKeyPem }) => [state.toLowerCase(), { kid, ...file(PEM_TYPE, publicKeyPem) }])),
  };
}

const file = (type: string, body: string): PublishedFile => ({
  type,
  body: Buffer.from(body),
  etag: `"${hashToken(body).slice(0, 27)}"`,
});
