# syntax=docker/dockerfile:1
FROM node:24-bookworm AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
COPY playground/package.json playground/package-lock.json ./playground/
RUN npm ci && npm ci --prefix playground
COPY tsconfig.json ./
COPY scripts ./scripts
COPY migrations ./migrations
COPY src ./src
COPY schema/operations ./schema/operations
COPY playground ./playground
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
# Inside a container, a published port reaches no loopback address.
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/scripts/healthcheck.mjs ./
RUN ln -s /app/dist/src/main.js /usr/local/bin/latchkey && chmod +x /app/dist/src/main.js \
    && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD ["node", "healthcheck.mjs"]
CMD ["node", "dist/src/main.js"]
