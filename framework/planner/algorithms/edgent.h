#pragma once

#include <memory>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// Edgent: for the deepest exit that meets the deadline, the cheapest of the N+1 ways to cut its
/// chain.
///
/// The chain is the exit's sequence of cut vertices c_0 (the input) … c_N (the exit): on a DAG the
/// cut passes only behind a cut vertex, never through a block, and what lies between two of them
/// counts as one layer L_j. Partition point p of the paper is k = p - 1 here: the cut lies behind
/// c_k. Two tiers. No plan when no cut can run. O(n + m) per exit; prefix sums, no allocation per
/// cut. Stateless.
/// Li, Zhou, Chen, "Edge Intelligence: On-Demand Deep Learning Model Co-Inference with Device-Edge
/// Synergy", MECOMM 2018, Algorithm 1. ED_j and ES_j are the units' times on device and edge, D_p
/// is output_bytes.

/// "edgent": the device runs the front, the edge the tail and sends the result back. k = N: device
/// only, k = 0: edge only.
std::unique_ptr<Planner> make_edgent();

/// "edgent-server-first": the direction of the paper, corrected. The input goes up, the edge runs
/// the front, c_k comes down, the device runs the tail. k = 0: device only, k = N: edge only, and
/// the result's download is paid. Each direction has its own goodput.
std::unique_ptr<Planner> make_edgent_server_first();

/// "edgent-as-published": chooses cut and exit by the formula as it is printed, defects included:
/// p = N drops the last layer's time and stands for "server only" (so that the cut before the last
/// layer cannot be had); p = 1 = N is device only; the result's download, the round trip and the
/// queue cost nothing; the uplink's goodput serves both directions. Of equal cuts the smallest p.
/// The plan returned is priced honestly, so its predicted time, and whether it is feasible, may
/// contradict the choice. Where the paper returns NULL, this returns the exit that it believes the
/// fastest.
std::unique_ptr<Planner> make_edgent_as_published();

}  // namespace branchline::planner
