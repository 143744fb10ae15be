#include "transport/connection_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "transport/tcp_channel.h"

namespace branchline::transport {
namespace {

std::vector<ConnectionState> states_of(const std::vector<std::shared_ptr<TcpChannel>>& channels) {
  const TimePoint now = Clock::now();
  std::vector<ConnectionState> states;
  states.reserve(channels.size());
  for (const auto& channel : channels) states.push_back(channel->state(now));
  return states;
}

}  // namespace

ConnectionTable::ConnectionTable(const ServerLimits& limits)
    : limits_(limits),
      memory_(std::make_shared<MemoryBudget>(limits.max_incoming_bytes)),
      outgoing_(std::make_shared<MemoryBudget>(limits.max_outgoing_bytes)) {}

std::vector<std::shared_ptr<TcpChannel>> ConnectionTable::alive() {
  std::vector<std::shared_ptr<TcpChannel>> channels;
  std::erase_if(channels_, [&](const std::weak_ptr<TcpChannel>& weak) {
    auto channel = weak.lock();
    const bool gone = !channel || !channel->holds_socket();
    if (!gone && channel->is_open()) channels.push_back(std::move(channel));
    return gone;
  });
  return channels;
}

void ConnectionTable::add(const std::shared_ptr<TcpChannel>& channel) {
  channels_.push_back(channel);
}

bool ConnectionTable::make_room() {
  const auto channels = alive();
  if (channels_.size() < limits_.max_connections || hurry_one_along()) return true;
  const auto leaver = first_to_leave(states_of(channels), limits_);
  if (!leaver) return false;
  channels[*leaver]->evict(
      make_fault(TransportErrc::overloaded,
                 "the server is full and this connection did the least with its place"));
  return true;
}

/// Who was told to go may take a second for it, and has least to lose.
bool ConnectionTable::hurry_one_along() {
  for (auto place = channels_.begin(); place != channels_.end(); ++place) {
    const auto channel = place->lock();
    if (!channel || channel->is_open()) continue;
    channels_.erase(place);
    channel->shut_down("the server is full");
    return true;
  }
  return false;
}

void ConnectionTable::sweep() {
  const auto channels = alive();
  const auto states = states_of(channels);
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (const auto fault = stalled(states[i], limits_)) channels[i]->turn_away(*fault);
  }
}

bool ConnectionTable::take_memory(std::uint64_t bytes) {
  while (!memory_->try_take(bytes)) {
    const auto channels = alive();
    const auto leaver = first_to_free(states_of(channels), bytes);
    if (!leaver) return false;
    channels[*leaver]->evict(make_fault(
        TransportErrc::overloaded,
        "the server's memory is used up and this message claimed most of what has not come"));
  }
  return true;
}

bool ConnectionTable::must_relieve() noexcept {
  return outgoing_->used() > outgoing_->enough() && !relief_comes_.exchange(true);
}

void ConnectionTable::relieve() {
  relief_comes_ = false;
  std::uint64_t kept = outgoing_->used();
  std::vector<std::pair<std::uint64_t, std::shared_ptr<TcpChannel>>> holders;
  for (const auto& weak : channels_) {
    auto channel = weak.lock();
    const std::uint64_t held = channel ? channel->queued_bytes() : 0;
    if (held == 0) continue;
    if (channel->is_open()) {
      holders.emplace_back(held, std::move(channel));
    } else {
      kept -= std::min(kept, held);  // it leaves already
    }
  }
  std::sort(holders.begin(), holders.end(),
            [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [held, channel] : holders) {
    if (kept <= outgoing_->enough()) break;
    channel->evict(make_fault(
        TransportErrc::overloaded,
        "the server's memory is used up and this client leaves most of its answers unread"));
    kept -= std::min(kept, held);
  }
}

}  // namespace branchline::transport
