// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//! The messaging provider of wasmCloud: the crate does everything, a provider is its main function.
use anyhow::Context as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    wasmcloud_provider_messaging_nats::run()
        .await
        .context("failed to run provider")
}
