import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import type { Services } from "../../app/services.js";
import { type Application, issuerOf } from "../../domain/applications/index.js";
import type { PublishedKey } from "../../domain/jwt/index.js";
import { hashToken } from "../../platform/crypto/index.js";
import { isDatabaseUnavailable } from "../../platform/database/index.js";
import { GatewayError } from "../../platform/errors/index.js";

type Dependencies = Pick<Services, "applicationDirectory" | "signingKeys" | "publicUrl" | "log">;
interface PublishedFile {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
}
type FileName = "keySet" | "discovery" | "pem";
type Files = Readonly<Record<FileName, PublishedFile>>;
interface CachedFiles {
  readonly files: Files;
  readonly application: Application;
  readonly keys: readonly PublishedKey[];
}
interface WithApplicationId {
  Params: { applicationId: string };
}

/** Without a charset: some verifiers compare the whole value. */
const JSON_TYPE = "application/json";
const MAX_AGE_SECONDS = 300;

/** What verifiers fetch: the key set (RFC 7517), the discovery document (OpenID Connect Discovery, RFC 8414) and the PEM. */
export function addKeyRoutes(server: FastifyInstance, dependencies: Dependencies): void {
  const published = new PublishedFiles(dependencies);
  const sendFile = (file: FileName) => async (request: FastifyRequest<WithApplicationId>, reply: FastifyReply) => {
    const files = await published.find(request.params.applicationId);
    if (!files) throw new GatewayError("FORBIDDEN", { status: 404 });
    const { type, body, etag } = files[file];
    void reply
      .header("Cache-Control", `public, max-age=${MAX_AGE_SECONDS}`)
      .header("ETag", etag)
      .header("Access-Control-Allow-Origin", "*");
    if (request.headers["if-none-match"] === etag) await reply.code(304).send();
    // A buffer leaves the content type as it is.
    else await reply.header("Content-Type", type).send(body);
  };
  server.get<WithApplicationId>("/apps/:applicationId/.well-known/jwks.json", sendFile("keySet"));
  server.get<WithApplicationId>("/apps/:applicationId/.well-known/openid-configuration", sendFile("discovery"));
  server.get<WithApplicationId>("/.well-known/oauth-authorization-server/apps/:applicationId", sendFile("discovery"));
  server.get<WithApplicationId>("/apps/:applicationId/public-key.pem", sendFile("pem"));
}

/** Makes the files anew when application or keys were read anew; while the database is down, verifiers get what was published last. */
class PublishedFiles {
  private readonly cache = new LRUCache<string, CachedFiles>({ max: 5_000 });

  constructor(private readonly dependencies: Dependencies) {}

  /** Null for unknown, suspended and deleted applications: one answer for all. */
  async find(applicationId: string): Promise<Files | null> {
    const cached = this.cache.get(applicationId);
    const { applicationDirectory, signingKeys, log } = this.dependencies;
    try {
      const application = await applicationDirectory.findActiveById(applicationId);
      const keys = application && (await signingKeys.listPublished(applicationId));
      if (cached && application === cached.application && keys === cached.keys) return cached.files;
      const next = application && keys && { application, keys, files: this.render(application, keys) };
      if (next) this.cache.set(applicationId, next);
      else this.cache.delete(applicationId);
      return next?.files ?? null;
    } catch (error) {
      if (!cached || !isDatabaseUnavailable(error)) throw error;
      log.warn({ applicationId }, "database unavailable, serving the last published keys");
      return cached.files;
    }
  }

  private render({ id }: Application, keys: readonly PublishedKey[]): Files {
    const { publicUrl } = this.dependencies;
    const issuer = issuerOf(publicUrl, id);
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
      pem: file("application/x-pem-file", keys[0]?.publicKeyPem ?? ""),
    };
  }
}

const file = (type: string, body: string): PublishedFile => ({
  type,
  body: Buffer.from(body),
  etag: `"${hashToken(body).slice(0, 27)}"`,
});
