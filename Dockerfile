# syntax=docker/dockerfile:1
ARG RUST_VERSION=1
ARG DEBIAN_VERSION=bookworm

# The image has what librdkafka and OpenSSL are built with: a C and C++ compiler, make and perl.
FROM rust:${RUST_VERSION}-${DEBIAN_VERSION} AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock README.md ./
COPY config config
COPY core core
COPY src src
# The caches keep the dependencies from one build to the next; what is in them is not part of the image.
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
# For the timeline's file: a volume that is mounted there for the first time takes its owner over.
RUN install -d -o 65532 -g 65532 /var/lib/dateline
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
ENTRYPOINT ["dateline"]
CMD ["--help"]
