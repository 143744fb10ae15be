#include "apps/lab/sweep/edge_line.h"

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
    if (message.id == awaited_ && awaited_ != 0) {
      reply_.body = std::move(message.body);
      reply_.took = arrival.complete - begun_;
      reply_.download = arrival.complete - arrival.first_byte;
      reply_.bytes_down = arrival.frame_bytes;
    } else if (const auto* refused = std::get_if<transport::Refused>(&message.body)) {
      closed_ = refused->sentence;
    }
    changed_.notify_all();
  }

  void on_sent(std::uint64_t id, std::uint64_t frame_bytes, TimePoint begun) override {
    const std::lock_guard lock(mutex_);
    if (id != awaited_) return;
    begun_ = begun;
    reply_.bytes_up = frame_bytes;
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
    awaited_ = id;
    begun_ = Clock::now();
    reply_ = {};
  }

  std::optional<runtime::LinkReply> await_reply(Duration patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return reply_.body || !closed_.empty(); });
    if (!reply_.body && !closed_.empty()) throw RunError("the edge was lost: " + closed_);
    if (!reply_.body) return std::nullopt;
    return std::move(reply_);
  }

 private:
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool welcomed_ = false;
  std::string closed_;
  std::uint64_t awaited_ = 0;
  TimePoint begun_;
  runtime::LinkReply reply_;
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

std::optional<runtime::LinkReply> EdgeLine::ask(transport::Body body, Duration patience) {
  ear_->expect(++last_id_);
  if (!channel_->send({last_id_, std::move(body)})) throw RunError("the edge was lost");
  auto reply = ear_->await_reply(patience);
  if (!reply) channel_->abandon("it took too long");
  return reply;
}

}  // namespace branchline::lab
