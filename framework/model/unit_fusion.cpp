#include "framework/model/unit_fusion.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_set>

#include "framework/model/fusion_state.h"
#include "framework/model/operator_class.h"
#include "framework/model/write_groups.h"

namespace branchline::model {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

/// Longer regions of cheap operators are left in pieces.
constexpr std::size_t kMaximumRegion = 24;

bool follows_producer(Role role) { return role == Role::activation || role == Role::view; }

bool is_cheap(Role role) {
  return follows_producer(role) || role == Role::combination || role == Role::glue;
}

class UnitFusion : public FusionState {
 public:
  using FusionState::FusionState;

  void keep_fixed(const std::vector<std::vector<Node*>>& fixed) {
    for (const std::vector<Node*>& nodes : fixed) lock(nodes, "normalise");
  }

  void merge_writes(const std::vector<std::vector<Node*>>& writes) {
    for (const std::vector<Node*>& nodes : writes) lock(nodes, "opaque");
  }

  void merge_untransmissible();
  void merge_sourceless();
  void merge_glue();
  void merge_regions();
  void merge_followers();
  void merge_lonely_views();

 private:
  std::vector<int> region_ending_at(int index) const;
  bool may_lead(const Value* value, int follower) const;
  void follow_producer(int index);
  void follow_one_producer(int index);
  bool ends_with_layer(const Value* value) const;
};

void UnitFusion::merge_untransmissible() {
  for (int i = 0; i < groups_.node_count(); ++i) {
    for (const Value* output : groups_.node(i)->outputs()) {
      if (can_cross(*output)) continue;
      std::vector<int> together = readers_[output];
      together.push_back(i);
      groups_.merge_with_between(together);
    }
  }
}

/// Only unit 0 reads nothing.
void UnitFusion::merge_sourceless() {
  for (int i = 0; i < groups_.node_count(); ++i) {
    if (groups_.group_of(i) != i) continue;
    const std::vector<int>& members = groups_.members(i);
    const bool reads_outside = std::any_of(members.begin(), members.end(), [&](int member) {
      const std::vector<Value*> reads = values_read(*groups_.node(member));
      return std::any_of(reads.begin(), reads.end(),
                         [&](const Value* value) { return group_of(value) != i; });
    });
    if (reads_outside) continue;
    std::vector<int> together = groups_.successors(i);
    together.push_back(i);
    groups_.merge_with_between(together);
  }
}

/// A number joins its user when the tensors it is read from are the user's anyway, else the
/// producer of those.
void UnitFusion::merge_glue() {
  for (int i = groups_.node_count(); i-- > 0;) {
    if (!is_glue(*groups_.node(i))) continue;
    const std::vector<int> users = groups_.successors(i);
    if (users.size() != 1) continue;
    std::set<const Value*> at_hand;
    for (const int member : groups_.members(users[0])) {
      if (is_glue(*groups_.node(member))) continue;
      for (const Value* value : values_read(*groups_.node(member))) at_hand.insert(value);
      for (const Value* value : groups_.node(member)->outputs()) at_hand.insert(value);
    }
    const std::vector<Value*> sources = tensors_read(i);
    const bool local = std::all_of(sources.begin(), sources.end(),
                                   [&](const Value* v) { return at_hand.count(v) != 0; });
    if (local) groups_.merge(i, users[0]);
  }
  for (int i = 0; i < groups_.node_count(); ++i) {
    if (!is_glue(*groups_.node(i)) || groups_.group_of(i) != i || groups_.members(i).size() != 1)
      continue;
    const std::vector<int> producers = groups_.predecessors(i);
    const std::vector<Value*> reads = values_read(*groups_.node(i));
    const bool from_input =
        std::any_of(reads.begin(), reads.end(), [&](const Value* v) { return index_of(v) < 0; });
    if (producers.size() == 1 && !from_input && !is_locked(producers[0]))
      groups_.merge(i, producers[0]);
  }
}

/// Cheap nodes between one tensor and the node: empty when they are not closed.
std::vector<int> UnitFusion::region_ending_at(int index) const {
  const bool may_pool = groups_.node(index)->kind() == torch::jit::aten::div;
  std::vector<int> region = groups_.members(index);
  std::unordered_set<int> inside{groups_.group_of(index)};
  while (region.size() <= kMaximumRegion) {
    std::set<const Value*> frontier;
    for (const int member : region) {
      for (const Value* value : tensors_read(member)) {
        if (inside.count(group_of(value)) == 0 || index_of(value) < 0) frontier.insert(value);
      }
    }
    if (frontier.size() <= 1) return inside.size() > 1 ? region : std::vector<int>{};
    const Value* const latest = *std::max_element(
        frontier.begin(), frontier.end(),
        [&](const Value* a, const Value* b) { return index_of(a) < index_of(b); });
    const int producer = index_of(latest);
    if (producer < 0 || is_locked(producer)) return {};
    const Role role = classify(*groups_.node(producer)).role;
    if (!is_cheap(role) && !(may_pool && role == Role::pooling)) return {};
    for (const Value* output : groups_.node(producer)->outputs()) {
      if (!only_read_by(output, inside)) return {};
    }
    inside.insert(groups_.group_of(producer));
    for (const int member : groups_.members(producer)) region.push_back(member);
  }
  return {};
}

void UnitFusion::merge_regions() {
  for (int i = 0; i < groups_.node_count(); ++i) {
    if (classify(*groups_.node(i)).role != Role::combination || is_locked(i)) continue;
    const std::vector<int> region = region_ending_at(i);
    if (region.empty()) continue;
    groups_.merge_with_between(region);
  }
}

/// Whether `follower` may join the unit that makes `value`.
bool UnitFusion::may_lead(const Value* value, int follower) const {
  return index_of(value) >= 0 && !is_locked(index_of(value)) && is_only_read_by(value, follower);
}

bool UnitFusion::ends_with_layer(const Value* value) const {
  const std::string type = type_of(index_of(value));
  return type == "conv" || type == "linear";
}

void UnitFusion::follow_producer(int index) {
  std::vector<Value*> reads;
  for (const int member : groups_.members(index)) {
    for (Value* value : tensors_read(member)) {
      if (group_of(value) != groups_.group_of(index) || index_of(value) < 0) reads.push_back(value);
    }
  }
  std::sort(reads.begin(), reads.end());
  reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
  if (reads.size() != 1 || !may_lead(reads[0], index)) return;
  if (classify(*groups_.node(index)).role == Role::batch_norm && !ends_with_layer(reads[0])) return;
  groups_.merge(index_of(reads[0]), index);
}

/// A sum joins a layer rather than anything else, and the first operand rather than the second.
void UnitFusion::follow_one_producer(int index) {
  std::vector<Value*> candidates;
  for (Value* value : tensors_read(index)) {
    if (index_of(value) >= 0 && group_of(value) == groups_.group_of(index)) continue;
    if (may_lead(value, index)) candidates.push_back(value);
  }
  std::stable_partition(candidates.begin(), candidates.end(),
                        [&](const Value* value) { return ends_with_layer(value); });
  for (const Value* value : candidates) {
    if (groups_.merge(index_of(value), index)) return;
  }
}

void UnitFusion::merge_followers() {
  for (int i = 0; i < groups_.node_count(); ++i) {
    const Role role = classify(*groups_.node(i)).role;
    if (is_locked(i) || type_of(i) == "norm") {
      if (role != Role::batch_norm) continue;
    }
    const std::vector<int>& members = groups_.members(i);
    const bool cheap = std::all_of(members.begin(), members.end(), [&](int member) {
      const Role of_member = classify(*groups_.node(member)).role;
      return is_cheap(of_member) || of_member == Role::batch_norm;
    });
    if (!cheap) continue;
    if (follows_producer(role) || role == Role::batch_norm) follow_producer(i);
    if (role == Role::combination) {
      follow_producer(i);
      if (groups_.group_of(i) == i || is_cheap(classify(*groups_.node(groups_.group_of(i))).role))
        follow_one_producer(i);
    }
  }
}

namespace {

std::optional<std::size_t> elements_per_input(const Value* value) {
  const auto type = value->type()->cast<c10::TensorType>();
  if (!type || !type->sizes().size()) return std::nullopt;
  std::size_t count = 1;
  for (std::size_t d = 0; d < *type->sizes().size(); ++d) {
    count *= static_cast<std::size_t>(type->sizes()[d].value_or(1));
  }
  return count;
}

}  // namespace

void UnitFusion::merge_lonely_views() {
  for (int i = groups_.node_count(); i-- > 0;) {
    if (groups_.group_of(i) != i || is_locked(i) || !is_of_views(i)) continue;
    const std::vector<int> readers = groups_.successors(i);
    if (readers.size() != 1 || is_locked(readers[0])) continue;
    std::size_t read = 0;
    std::size_t made = 0;
    bool is_exit = false;
    std::set<const Value*> counted;
    for (const int member : groups_.members(i)) {
      for (const Value* output : groups_.node(member)->outputs()) {
        is_exit = is_exit || exits_.count(output) != 0;
        if (!is_only_read_by(output, i)) made += elements_per_input(output).value_or(0);
      }
      for (const Value* value : tensors_read(member)) {
        const bool outside = index_of(value) < 0 || group_of(value) != i;
        if (outside && counted.insert(value).second) read += elements_per_input(value).value_or(0);
      }
    }
    if (!is_exit && read <= made) groups_.merge(i, readers[0]);
  }
}

}  // namespace

std::vector<FusedUnit> fuse_units(const std::shared_ptr<Graph>& graph,
                                  const std::vector<std::vector<Node*>>& fixed) {
  UnitFusion fusion(*graph);
  fusion.keep_fixed(fixed);
  fusion.merge_writes(write_groups(graph));
  fusion.merge_untransmissible();
  fusion.merge_sourceless();
  fusion.merge_glue();
  fusion.merge_regions();
  fusion.merge_followers();
  fusion.merge_lonely_views();
  return fusion.units();
}

}  // namespace branchline::model
