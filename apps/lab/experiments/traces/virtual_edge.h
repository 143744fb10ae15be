#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "apps/lab/experiments/traces/virtual_time.h"
#include "apps/lab/experiments/traces/virtual_wire.h"
#include "transport/channel.h"
#include "transport/link_profile.h"

namespace branchline::lab {

/// An edge behind an emulated link, in virtual time: it speaks the protocol's messages over
/// channels that take the bytes of real frames. It knows one network, prepares at once, computes
/// one request after the other, and refuses what has run out of budget. One thread.
class VirtualEdge {
 public:
  /// What a request becomes: its tensors, and how long decoding and computing take.
  using Serve = std::function<transport::Answer(const transport::Request&)>;

  /// @param time  borrowed; the link's clock starts at its present
  VirtualEdge(const VirtualTime& time, const transport::LinkProfile& link, std::string digest,
              Serve serve);
  ~VirtualEdge();

  std::shared_ptr<transport::Channel> connect(const transport::Hello& hello,
                                              std::shared_ptr<transport::ChannelListener> listener);

  /// When something happens next; nullopt: nothing will.
  std::optional<TimePoint> next_event() const;

  /// Lets happen what is due now.
  void run();

 private:
  class Connection;
  using ConnectionPtr = std::shared_ptr<Connection>;

  void hear(const ConnectionPtr& from, const transport::Message& message, TimePoint first_byte);
  void serve(const ConnectionPtr& from, std::uint64_t id, const transport::Request& request,
             TimePoint first_byte);
  void reply(const ConnectionPtr& to, transport::Message message);
  void at(TimePoint when, std::function<void()> what) { due_.emplace(when, std::move(what)); }

  const VirtualTime& time_;
  const std::string digest_;
  const Serve serve_;
  VirtualWire up_, down_;
  TimePoint free_{};  ///< when the edge has computed what it took on
  std::multimap<TimePoint, std::function<void()>> due_;
};

}  // namespace branchline::lab
