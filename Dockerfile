# reeve's controller in a container. It keeps the engine whose socket is mounted, and leaves its own container alone:
#
#   docker build -t reeve .
#   docker run -d --name reeve --group-add "$(stat -c %g /var/run/docker.sock)" \
#     -v /var/run/docker.sock:/var/run/docker.sock -v reeve-state:/state -v "$PWD/platform:$PWD/platform:ro" \
#     reeve run -f "$PWD/platform"
#
# --group-add: the user in the container is not root; it may use the socket through the socket's group.
# Manifests are mounted under their own path, because the engine reads bind mounts by the host's paths. For the same reason
# `run --git` wants its state folder so: `-v /var/lib/reeve:/var/lib/reeve -e XDG_STATE_HOME=/var/lib`, owned by 1000.
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY desired-state desired-state
COPY reconcilers reconcilers
COPY controller controller
COPY scripts/build.ts scripts/build.ts
# Optional packages are Node itself, which the base has, and native parts that are needed to build, or that ssh2 does without.
RUN npm run build && npm prune --omit=dev --omit=optional --ignore-scripts

FROM ${BASE}
ENV NODE_ENV=production XDG_STATE_HOME=/state XDG_RUNTIME_DIR=/tmp NODE_COMPILE_CACHE=/tmp/reeve-cache
# For `run --git` and engines over ssh. A base that has both is left as it is.
RUN { command -v git && command -v ssh; } >/dev/null || { apt-get update \
  && apt-get install --yes --no-install-recommends git openssh-client ca-certificates && rm -rf /var/lib/apt/lists/*; }
WORKDIR /app
COPY package.json ./
COPY bin bin
COPY --from=build /build/dist ./
COPY --from=build /build/node_modules node_modules
COPY scripts/lib/ping.mjs ping.mjs
RUN mkdir -p /state/reeve && chown -R 1000:1000 /state && chmod 700 /state
USER 1000:1000
VOLUME /state
# Healthy: the controller answers on its own socket.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
  CMD for socket in "$XDG_STATE_HOME"/reeve/*/control.sock; do node /app/ping.mjs "$socket" /v1/health || exit 1; done
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/bin/reeve"]
CMD ["--help"]
