#pragma once

namespace branchline::slice {

/// How many threads a slice computes with; process-wide. OpenBLAS, where LibTorch computes with it,
/// has a pool that LibTorch does not know of: its idle threads spin for milliseconds after every
/// product, on the cores that others need. Before anything computes.
void set_compute_threads(int threads);

}  // namespace branchline::slice
