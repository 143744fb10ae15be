#include "framework/runtime/request_batch.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "framework/runtime/wire_tensors.h"

namespace branchline::runtime {

RequestBatch::RequestBatch(EdgeHost& host, std::vector<RequestWork*> requests)
    : host_(host), requests_(std::move(requests)), plan_(requests_.front()->plan()) {}

void RequestBatch::decode() {
  for (RequestWork* request : requests_) {
    try {
      rows_.push_back({request, request->decode()});
    } catch (const std::exception& error) {  // what the client sent does not decode
      request->drop(transport::Refusal::bad_request, error.what());
    }
  }
}

std::vector<at::Tensor> RequestBatch::stacked() const {
  if (rows_.size() == 1) return rows_.front().inputs;
  std::vector<at::Tensor> inputs;
  for (std::size_t i = 0; i < plan_.checked.inputs.size(); ++i) {
    std::vector<at::Tensor> parts;
    for (const Row& row : rows_) parts.push_back(row.inputs[i]);
    inputs.push_back(at::cat(parts));
  }
  return inputs;
}

bool RequestBatch::drop_vain() {
  bool anybody = false;
  for (Row& row : rows_) {
    if (!row.waits) continue;
    if (!row.request->wanted()) {
      row.request->drop(transport::Refusal::cancelled, "nobody waits for the answer any more");
      row.waits = false;
    } else if (host_.time().now() >= row.request->deadline) {
      row.request->drop(transport::Refusal::expired, "the budget ran out between two slices");
      row.waits = false;
    }
    anybody = anybody || row.waits;
  }
  return anybody;
}

void RequestBatch::answer(const SliceChain& chain, TimePoint begun, TimePoint decoded) {
  const auto share = [this](Duration took) { return took / static_cast<int>(rows_.size()); };
  const TimePoint computed = host_.time().now();
  // Whoever asks for the like next shares a run, too, and waits for the others' part of it.
  const Duration others = computed - begun - share(computed - begun);
  const Duration queue = host_.queue().wait_estimate() + others;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!rows_[i].waits) continue;
    transport::Answer answer;
    // A device learns from them how fast this edge is: what others in the run took is waiting.
    answer.decode = share(decoded - begun);
    answer.compute = share(computed - decoded);
    answer.queued = computed - rows_[i].request->arrived() - answer.decode - answer.compute;
    answer.queue = queue;
    for (const graph::ValueId& id : plan_.checked.outputs) {
      at::Tensor value = chain.value(id);
      if (rows_.size() > 1) value = value.narrow(0, static_cast<std::int64_t>(i), 1);
      answer.tensors.push_back(encode_value(id, value, transport::Codec::raw));
    }
    rows_[i].request->answer(std::move(answer));
    rows_[i].waits = false;
  }
}

/// What one of several does to the others stays unknown: each gets a run of its own.
void RequestBatch::fail(const std::string& error) {
  host_.log(0, "an operator failed: " + error);
  if (rows_.size() > 1) plan_.times->forbid();
  for (const Row& row : rows_) {
    if (!row.waits) continue;
    if (rows_.size() > 1) {
      RequestBatch(host_, {row.request}).run(host_.time().now());
    } else {
      row.request->drop(transport::Refusal::failed, error);
    }
  }
}

void RequestBatch::keep_time(TimePoint begun, bool finished) {
  if (rows_.size() < requests_.size()) return;  // not a size whose time is kept
  const int size = static_cast<int>(rows_.size());
  const Duration took = host_.time().now() - begun;
  if (finished) {
    plan_.times->follow(size, took);
  } else {
    plan_.times->note_unfinished(size, took);
  }
}

void RequestBatch::run(TimePoint begun) {
  decode();
  if (rows_.empty()) return;
  const TimePoint decoded = host_.time().now();
  try {
    SliceChain chain(plan_.pieces, plan_.checked.inputs, stacked());
    while (!chain.done()) {
      if (!drop_vain()) return keep_time(begun, false);
      chain.run_next();
    }
    host_.counters().add_batch(static_cast<int>(rows_.size()));
    answer(chain, begun, decoded);
  } catch (const std::exception& error) {
    return fail(error.what());
  }
  keep_time(begun, true);
}

}  // namespace branchline::runtime
