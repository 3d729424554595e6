// AWS Signature Version 4 by the AWS SDK's signer, with credentials of the standard chain.

import { Sha256 } from "@aws-crypto/sha256-js";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { SignatureV4 } from "@smithy/signature-v4";

/** Who calls. The chain renews what expires. */
export type Credentials = ReturnType<typeof fromNodeProviderChain> | Awaited<
  ReturnType<ReturnType<typeof fromNodeProviderChain>>
>;

/** The address of the API, the region or the credentials are missing; the message says which. */
export class NotConfiguredError extends Error {
  override readonly name = "NotConfiguredError";
}

export class Signer {
  readonly #signer: SignatureV4;

  constructor(region: string, credentials: Credentials) {
    this.#signer = new SignatureV4({ service: "execute-api", region, credentials, sha256: Sha256 });
  }

  /** Return the headers to send with exactly this body. */
  async signed(
    method: string,
    url: URL,
    headers: Record<string, string>,
    body: string,
  ): Promise<Record<string, string>> {
    const signed = await this.#signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port ? { port: Number(url.port) } : {}),
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers, host: url.host },
      body,
    });
    const { host: _, ...sent } = signed.headers; // fetch sets it itself, to the same
    return sent;
  }
}

/** Return a signer of what is given, else of what this environment says. */
export function signerOf(apiUrl: string, region?: string, credentials?: Credentials): Signer {
  const found =
    region ?? regionOf(apiUrl) ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (!found) throw new NotConfiguredError("no AWS region: give `region`, or set AWS_REGION");
  return new Signer(found, credentials ?? fromNodeProviderChain());
}

/** Return the region that API Gateway's own address names; a custom domain names none. */
export function regionOf(apiUrl: string): string | undefined {
  const found = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.exec(new URL(apiUrl).hostname);
  return found?.[1];
}

/** Return the address of the API without a slash at its end. */
export function addressOf(apiUrl: string | undefined): string {
  const found = apiUrl ?? process.env.RECONNECT_API_URL ?? "";
  if (!/^https?:\/\//.test(found)) {
    throw new NotConfiguredError(
      "no address of the API: give `apiUrl`, or set RECONNECT_API_URL to the stack's output ApiUrl",
    );
  }
  return found.replace(/\/+$/, "");
}
