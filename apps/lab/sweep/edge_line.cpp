#include "apps/lab/sweep/edge_line.h"

#include <deque>
#include <utility>

#include "branchline/version.h"
#include "framework/base/error.h"

namespace branchline::lab {

/// Hears the replies on the I/O thread. The channel keeps it alive.
class EdgeLine::Ear final : public transport::ChannelListener {
 public:
  void on_message(transport::Message message, const transport::Arrival& arrival) override {
    const std::lock_guard lock(mutex_);
    if (std::holds_alternative<transport::Welcome>(message.body)) welcomed_ = true;
    if (const auto asked = asked_.find(message.id); asked != asked_.end()) {
      Heard heard{message.id, std::move(asked->second.reply)};
      heard.reply.body = std::move(message.body);
      heard.reply.took = arrival.complete - asked->second.begun;
      heard.reply.download = arrival.complete - arrival.first_byte;
      heard.reply.bytes_down = arrival.frame_bytes;
      heard_.push_back(std::move(heard));
      asked_.erase(asked);
    } else if (const auto* refused = std::get_if<transport::Refused>(&message.body)) {
      closed_ = refused->sentence;
    }
    changed_.notify_all();
  }

  void on_sent(std::uint64_t id, std::uint64_t frame_bytes, TimePoint begun) override {
    const std::lock_guard lock(mutex_);
    const auto asked = asked_.find(id);
    if (asked == asked_.end()) return;
    asked->second.begun = begun;
    asked->second.reply.bytes_up = frame_bytes;
  }

  void on_closed(const std::string& reason) override {
    const std::lock_guard lock(mutex_);
    closed_ = reason;
    changed_.notify_all();
  }

  void await_welcome(Duration patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return welcomed_ || !closed_.empty(); });
    if (!welcomed_) throw RunError(closed_.empty() ? "the edge does not answer" : closed_);
  }

  void expect(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    asked_[id].begun = Clock::now();
  }

  std::optional<Heard> next(Duration patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return !heard_.empty() || !closed_.empty(); });
    if (heard_.empty() && !closed_.empty()) throw RunError("the edge was lost: " + closed_);
    if (heard_.empty()) return std::nullopt;
    Heard first = std::move(heard_.front());
    heard_.pop_front();
    return first;
  }

 private:
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool welcomed_ = false;
  std::string closed_;
  struct Asked {
    TimePoint begun;
    runtime::LinkReply reply;  // as far as it is known
  };
  std::map<std::uint64_t, Asked> asked_;  // without a reply yet
  std::deque<Heard> heard_;               // that nobody took yet
};

EdgeLine::EdgeLine(transport::IoThread& io, const transport::Endpoint& edge,
                   const std::string& digest, Duration patience)
    : ear_(std::make_shared<Ear>()) {
  transport::Hello hello;
  hello.software = std::string("branchline ") + BRANCHLINE_VERSION;
  hello.digests = {digest};
  hello.capabilities =
      transport::capability::kPayloadChecksum | transport::capability::kPackedPayloads;
  channel_ = transport::connect(io, edge, hello, patience, ear_);
  ear_->await_welcome(patience);
}

EdgeLine::~EdgeLine() { channel_->abandon("the measurement is over"); }

bool EdgeLine::is_open() const { return channel_->is_open(); }

std::uint64_t EdgeLine::post(transport::Body body) {
  ear_->expect(++last_id_);
  if (!channel_->send({last_id_, std::move(body)})) throw RunError("the edge was lost");
  return last_id_;
}

std::optional<EdgeLine::Heard> EdgeLine::next(Duration patience) { return ear_->next(patience); }

std::optional<runtime::LinkReply> EdgeLine::ask(transport::Body body, Duration patience) {
  const std::uint64_t id = post(std::move(body));
  auto heard = next(patience);
  if (!heard) {
    channel_->abandon("it took too long");
    return std::nullopt;
  }
  BL_EXPECT(heard->id == id, "one question at a time");
  return std::move(heard->reply);
}

}  // namespace branchline::lab
