#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "branchline/result.h"
#include "framework/graph/layer_graph.h"
#include "framework/runtime/link_monitor.h"
#include "framework/runtime/runnable_plan.h"
#include "framework/runtime/wire_tensors.h"

namespace branchline::runtime {

/// An edge's reply to a request, checked: values that make sense to the network, or why not.
struct EdgeReply {
  std::optional<std::map<graph::ValueId, Tensor>> values;  ///< exactly what the plan asked back
  Why why = Why::planned;                                  ///< of there being no values
  std::string sentence;    ///< for people; empty when there are values
  bool forgotten = false;  ///< the edge has not prepared the plan (any more)
  Duration queued{0}, compute{0}, uplink{0}, downlink{0};  ///< add up to the round trip
  std::uint64_t bytes_down = 0;
};

/// Never throws for anything a peer can send. Cost: checks; decodes what was asked back.
EdgeReply read_reply(const graph::LayerGraph& graph, const RemotePart& asked,
                     LinkReply reply) noexcept;

void add_times(const EdgeReply& reply, Timing& timing);

/// Upload, queue, compute and download, one after the other.
/// @param end  when the reply was there, from the request's start
void add_spans(const EdgeReply& reply, Duration end, std::vector<Span>& spans);

}  // namespace branchline::runtime
