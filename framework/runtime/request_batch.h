#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "framework/runtime/client_work.h"

namespace branchline::runtime {

/// Answers one request, or several of one plan in one run: their tensors stacked along dimension 0,
/// the results divided again. Looks between the slices whether anybody still waits. A request whose
/// tensors do not decode is refused alone; should a stack fail, each of its requests runs alone and
/// the plan's are stacked no more. For one thread, once.
class RequestBatch {
 public:
  /// @param requests  at least one, all of one plan
  RequestBatch(EdgeHost& host, std::vector<RequestWork*> requests);

  /// Each request gets its one reply. @param begun  when its worker took it up
  void run(TimePoint begun);

 private:
  struct Row {
    RequestWork* request;
    std::vector<at::Tensor> inputs;
    bool waits = true;  ///< for its reply
  };

  void decode();
  std::vector<at::Tensor> stacked() const;
  /// @returns whether anybody still waits.
  bool drop_vain();
  void answer(const SliceChain& chain, TimePoint begun, TimePoint decoded);
  void fail(const std::string& error);
  void keep_time(TimePoint begun, bool finished);

  EdgeHost& host_;
  const std::vector<RequestWork*> requests_;
  const ReadyPlan& plan_;
  std::vector<Row> rows_;
};

}  // namespace branchline::runtime
