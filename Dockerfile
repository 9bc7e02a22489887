# syntax=docker/dockerfile:1
ARG RUST_VERSION=1
ARG DEBIAN_VERSION=bookworm

# The image contains what librdkafka and OpenSSL are built with: a C and C++ compiler, make and perl.
FROM rust:${RUST_VERSION}-${DEBIAN_VERSION} AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock README.md ./
COPY config config
COPY core core
COPY src src
# The caches keep dependencies from one build to the next; they are not part of the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin dateline \
    && cp target/release/dateline /usr/local/bin/dateline

FROM debian:${DEBIAN_VERSION}-slim
# Certificate authorities, for brokers behind TLS.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /usr/local/bin/dateline /usr/local/bin/dateline
# For the database of the timeline: a new volume that is mounted there gets the same owner.
RUN install -d -o 65532 -g 65532 /var/lib/dateline
# A number, so that Kubernetes can verify that it is not root.
USER 65532:65532
ENTRYPOINT ["dateline"]
CMD ["--help"]
