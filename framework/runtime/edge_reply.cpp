#include "framework/runtime/edge_reply.h"

#include <algorithm>
#include <exception>

namespace branchline::runtime {
namespace {

using transport::Refusal;

Why why_refused(Refusal refusal) {
  switch (refusal) {
    case Refusal::expired:
      return Why::edge_timeout;
    case Refusal::draining:
      return Why::edge_draining;
    case Refusal::failed:
      return Why::model_error;
    case Refusal::unknown_model:
    case Refusal::bad_request:
    case Refusal::incompatible:
    case Refusal::too_large:
      return Why::edge_incompatible;
    default:
      return Why::edge_overloaded;  // busy, or not ready yet: in any case it refused
  }
}

std::string read_values(const graph::LayerGraph& graph, const RemotePart& asked,
                        const transport::Answer& answer, EdgeReply& reply) {
  std::map<graph::ValueId, Tensor> values;
  if (answer.tensors.size() != asked.returned.size()) {
    return "the edge answered with " + std::to_string(answer.tensors.size()) + " values for " +
           std::to_string(asked.returned.size());
  }
  for (const transport::WireTensor& tensor : answer.tensors) {
    const graph::ValueId value = from_wire(tensor.value);
    const bool wanted =
        std::find(asked.returned.begin(), asked.returned.end(), value) != asked.returned.end();
    if (!wanted) return "the edge answered with " + describe_value(graph, value);
    if (const std::string misfit = misfit_of(graph, tensor); !misfit.empty()) return misfit;
    values[value] = decode_value(graph, tensor);
  }
  if (values.size() != asked.returned.size()) return "the edge answered one value twice";
  reply.values = std::move(values);
  return "";
}

void read_answer(const graph::LayerGraph& graph, const RemotePart& asked,
                 const transport::Answer& answer, const LinkReply& reply, EdgeReply& read) {
  // Whatever the edge says of itself, it was no longer than we waited.
  const auto within = [](Duration time, Duration room) {
    return std::clamp(time, Duration::zero(), std::max(room, Duration::zero()));
  };
  read.downlink = within(reply.download, reply.took);
  const Duration away = reply.took - read.downlink;
  read.compute = within(answer.decode + answer.compute, away);
  read.queued = within(answer.queued, away - read.compute);
  read.uplink = within(away, away - read.compute - read.queued);
  read.bytes_down = reply.bytes_down;
  read.sentence = read_values(graph, asked, answer, read);
  if (!read.sentence.empty()) read.why = Why::edge_incompatible;
}

}  // namespace

EdgeReply read_reply(const graph::LayerGraph& graph, const RemotePart& asked,
                     LinkReply reply) noexcept {
  EdgeReply read;
  try {
    if (!reply.body) {
      read.why = Why::link_down;
      read.sentence = reply.lost;
    } else if (const auto* answer = std::get_if<transport::Answer>(&*reply.body)) {
      read_answer(graph, asked, *answer, reply, read);
    } else if (const auto* refused = std::get_if<transport::Refused>(&*reply.body)) {
      read.why = why_refused(refused->why);
      read.sentence = refused->sentence;
      read.forgotten = refused->why == Refusal::not_ready;
    } else {
      read.why = Why::edge_incompatible;
      read.sentence = "the edge answered a request with another kind of message";
    }
  } catch (const std::exception& error) {
    read.values.reset();
    read.why = Why::edge_incompatible;
    read.sentence = error.what();
  }
  return read;
}

void add_spans(const EdgeReply& reply, Duration end, std::vector<Span>& spans) {
  const std::pair<Step, Duration> parts[] = {{Step::upload, reply.uplink},
                                             {Step::edge_queue, reply.queued},
                                             {Step::edge, reply.compute},
                                             {Step::download, reply.downlink}};
  Duration begin = end - reply.uplink - reply.queued - reply.compute - reply.downlink;
  for (const auto& [step, length] : parts) {
    spans.push_back({step, begin, length});
    begin += length;
  }
}

void add_times(const EdgeReply& reply, Timing& timing) {
  timing.edge_queued = reply.queued;
  timing.edge = reply.compute;
  timing.uplink = reply.uplink;
  timing.downlink = reply.downlink;
  timing.bytes_down = reply.bytes_down;
}

}  // namespace branchline::runtime
