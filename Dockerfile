# The server, and the command, as an image: `docker build -t clientry .`
# It runs without root and without a writable root file system. What it keeps is in /data.

FROM docker.io/library/node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The sources that `prepare` builds are not there yet.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM docker.io/library/node:24-bookworm-slim
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN ln -s /app/dist/cli/clientry.js /usr/local/bin/clientry && mkdir /data && chown node:node /data
USER node
ENV NODE_ENV=production CLIENTRY_CONFIG=/etc/clientry/clientry.yaml
VOLUME /data
EXPOSE 8787
# It answers 200 once the store and the keys of the issuers can be reached.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "-e", "fetch('http://127.0.0.1:8787/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["clientry"]
CMD ["serve"]
