// libvirt's reference-counted objects, each held by one Handle, each Handle belonging to one connection.
#pragma once

#include <libvirt/libvirt.h>

#include <memory>

#include "value.h"

namespace libvirt {

enum class Kind { Connection, Domain, Pool, Volume, Network, Secret, NodeDevice, Snapshot, Checkpoint, Stream };

const char* nameOf(Kind kind);

class Handle : public std::enable_shared_from_this<Handle> {
 public:
  /** Takes over one reference. Reads the object's own fields (its name…), so it is made on a worker thread. */
  Handle(std::shared_ptr<Connection> connection, Kind kind, void* object);
  virtual ~Handle();
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  /** Frees the object; done once, by the destructor or when the connection closes. */
  void free();
  /** JavaScript has let go of it. What must happen before it is freed (a stream is aborted) is started here. */
  virtual void released() {}
  /** Calls that wait for this object, without a thread, fail: the connection closes. Any thread. */
  virtual void interrupt() {}
  /** The connection is about to close; on a worker thread, no call is running. */
  virtual void closing() {}

  const std::shared_ptr<Connection> connection;
  const Kind kind;
  /** Null when freed. Stable while a call runs, because nothing is freed then. */
  void* object;
  /** What JavaScript gets beside the handle. */
  Fields fields;
};

template <class T>
struct KindOf;
template <>
struct KindOf<virDomainPtr> {
  static constexpr Kind kind = Kind::Domain;
};
template <>
struct KindOf<virStoragePoolPtr> {
  static constexpr Kind kind = Kind::Pool;
};
template <>
struct KindOf<virStorageVolPtr> {
  static constexpr Kind kind = Kind::Volume;
};
template <>
struct KindOf<virNetworkPtr> {
  static constexpr Kind kind = Kind::Network;
};
template <>
struct KindOf<virSecretPtr> {
  static constexpr Kind kind = Kind::Secret;
};
template <>
struct KindOf<virNodeDevicePtr> {
  static constexpr Kind kind = Kind::NodeDevice;
};
template <>
struct KindOf<virDomainSnapshotPtr> {
  static constexpr Kind kind = Kind::Snapshot;
};
template <>
struct KindOf<virDomainCheckpointPtr> {
  static constexpr Kind kind = Kind::Checkpoint;
};
template <>
struct KindOf<virStreamPtr> {
  static constexpr Kind kind = Kind::Stream;
};

/** Takes over `object`. */
template <class T>
std::shared_ptr<Handle> adopt(const std::shared_ptr<Connection>& connection, T object) {
  return std::make_shared<Handle>(connection, KindOf<T>::kind, object);
}

/** An argument that keeps its object alive while the call waits and runs. */
template <class T>
struct Ref {
  std::shared_ptr<Handle> handle;
  operator T() const { return handle ? static_cast<T>(handle->object) : nullptr; }
};

}  // namespace libvirt
