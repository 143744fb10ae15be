#include "framework/model/canonical_order.h"

#include <unordered_set>
#include <vector>

#include "framework/model/operator_class.h"

namespace branchline::model {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
namespace prim = torch::jit::prim;

struct Visit {
  Node* node;
  std::vector<Value*> reads;
  std::size_t next = 0;
};

/// Depth first without recursion: real graphs are thousands of nodes deep.
void move_with_sources(Node* root, Node* behind_all, std::unordered_set<const Node*>& done) {
  if (!done.insert(root).second) return;
  std::vector<Visit> open;
  open.push_back({root, values_read(*root)});
  while (!open.empty()) {
    Visit& visit = open.back();
    if (visit.next == visit.reads.size()) {
      visit.node->moveBefore(behind_all);
      open.pop_back();
      continue;
    }
    Node* const source = visit.reads[visit.next++]->node();
    if (source->kind() != prim::Param && done.insert(source).second) {
      open.push_back({source, values_read(*source)});
    }
  }
}

}  // namespace

void order_by_data_flow(Graph& graph) {
  std::vector<Node*> others;
  for (Node* node : graph.nodes()) {
    if (node->kind() != prim::Constant) others.push_back(node);
  }
  std::unordered_set<const Node*> done;
  for (Value* output : graph.outputs()) {
    if (output->node()->kind() != prim::Param) {
      move_with_sources(output->node(), graph.return_node(), done);
    }
  }
  for (Node* node : others) move_with_sources(node, graph.return_node(), done);
}

}  // namespace branchline::model
