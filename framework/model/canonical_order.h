#pragma once

#include <torch/csrc/jit/ir/ir.h>

namespace branchline::model {

/// Puts the nodes into an order that follows from the data flow alone: what the first exit needs,
/// operand by operand, then what the second exit needs besides, and so on. Saving a traced model
/// may reorder independent nodes; with this order traced and scripted files of one network give the
/// same units. Only for graphs that write nothing in place.
void order_by_data_flow(torch::jit::Graph& graph);

}  // namespace branchline::model
