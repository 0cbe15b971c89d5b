#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the Landlock of this kernel (ABI 2) does not know: doctor says it, full starts all the same, since
# namespaces and the filter stand there, and what stands on Landlock alone is refused.
. "$(dirname "$0")/kernel.inc"
