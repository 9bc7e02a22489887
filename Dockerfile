# syntax=docker/dockerfile:1
# Rust 1.90 on Debian bookworm, for all platforms, by its digest: the same bytes whenever it is built.
FROM rust:1.90-bookworm@sha256:3914072ca0c3b8aad871db9169a651ccfce30cf58303e5d6f2db16d1d8a7e58f AS build
# It contains what librdkafka and OpenSSL are built with: a C and C++ compiler, make and perl. musl makes a binary that needs nothing
# else.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates musl-tools
WORKDIR /src
COPY Cargo.toml Cargo.lock README.md ./
COPY .cargo .cargo
COPY config config
COPY core core
COPY src src
COPY tools tools
# The caches keep dependencies from one build to the next; they are not part of the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    target="$(uname -m)-unknown-linux-musl" \
    && rustup target add "$target" \
    && env "CC_$(uname -m)_unknown_linux_musl=musl-gcc" \
        cargo build --release --locked --bin dateline --target "$target" \
    && install -D "target/$target/release/dateline" /image/usr/bin/dateline
# All else that there is: certificate authorities, for brokers behind TLS; a name for the user; a folder for what is known of
# articles; and one for the database of the timeline, since a new volume that is mounted there gets the same owner.
RUN install -D /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ca-certificates.crt \
    && echo "dateline:x:65532:65532::/var/lib/dateline:/nonexistent" >/image/etc/passwd \
    && install -d -m 1777 /image/tmp \
    && install -d -o 65532 -g 65532 /image/var/lib/dateline

# Nothing else: no shell, no package manager, no library.
FROM scratch
COPY --from=build /image /
# A number, so that Kubernetes can verify that it is not root.
USER 65532:65532
ENTRYPOINT ["/usr/bin/dateline"]
CMD ["--help"]
