#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>

#include "framework/model/graph_recording.h"

namespace branchline::model {

/// `x.size()` becomes a list of its dimensions, which the list passes can then take apart and fold
/// one by one. Needs recorded ranks.
void expand_sizes(const std::shared_ptr<torch::jit::Graph>& graph);

/// Sizes, numbers and lists ("glue") are cheap and no frame carries a list of tensors: every user
/// gets its own copy, so that each can join its user's unit. What is written to in place stays as
/// it is.
void duplicate_glue(const std::shared_ptr<torch::jit::Graph>& graph);

/// A batch size read from a distant tensor is read from a tensor that the user has at hand instead,
/// else that distant tensor would have to cross every cut between. The two runs show which first
/// dimensions are the batch.
void localise_batch_sizes(const std::shared_ptr<torch::jit::Graph>& graph, const Recording& single,
                          const Recording& pair);

}  // namespace branchline::model
