/** One request to an API server. Redirects are the transport's affair: it never sends credentials elsewhere. */
export interface KubeRequest {
  method: string;
  /** Path with query, beginning with `/`. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  signal?: AbortSignal;
  /** The answer goes on as long as it likes (a watch); any other must keep a pace. */
  isStream?: boolean;
}

export interface KubeResponse {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Read to the end or left with `return()`; either gives the connection back. */
  body: AsyncIterable<Uint8Array>;
}

/** How requests reach an API server: over HTTPS, or straight into a sandbox. */
export interface Transport {
  request(request: KubeRequest): Promise<KubeResponse>;
  close(): Promise<void>;
}
