import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { Pool, PoolConnection } from "mysql2";

/** What the guard needs of a connection beyond the driver's published types. */
type DriverConnection = PoolConnection & { addCommand(command: EventEmitter): EventEmitter; readonly stream: Socket };

/** A connection that was closed because the server had not answered. */
interface LostConnection {
  /** Other connections of the pool, not in use at that time, that were closed with it. */
  readonly idleConnectionsClosed: number;
}
interface PoolOptions {
  /** For each command, and for obtaining a connection. Without it, commands may take any time (migrations). */
  readonly timeoutMs?: number;
  /** Statements that every connection executes first. A connection on which one fails is closed. */
  readonly sessionSetup: readonly string[];
  readonly onConnectionLost: (lost: LostConnection) => void;
}

/** The effect of the command is unknown: the server may still execute it. */
class CommandTimeoutError extends Error {
  readonly code = "PROTOCOL_SEQUENCE_TIMEOUT";
}

/**
 * Sets up every connection of a pool and bounds the time of all its commands: queries, PREPARE and EXECUTE, BEGIN, COMMIT and ROLLBACK. The
 * driver's own timeouts leave the connection in the pool, do not cover PREPARE, and start only when earlier commands have been answered.
 */
export function configurePool(pool: Pool, { timeoutMs, sessionSetup, onConnectionLost }: PoolOptions): Pool {
  const idle = new Set<DriverConnection>();
  pool.on("release", (connection) => idle.add(connection as DriverConnection));
  pool.on("acquire", (connection) => idle.delete(connection as DriverConnection));
  // The network path of idle connections is the same. They are replaced on demand.
  const handleLost = (error: Error) => {
    const idleConnections = [...idle];
    idle.clear();
    for (const { stream } of idleConnections) stream.destroy(error);
    onConnectionLost({ idleConnectionsClosed: idleConnections.length });
  };
  pool.on("connection", (added) => {
    const connection = added as DriverConnection;
    // The driver listens once only, and an error without a listener would end the process.
    for (const event of ["error", "end"] as const) connection.on(event, () => idle.delete(connection));
    if (timeoutMs !== undefined) limitCommands(connection, timeoutMs, handleLost);
    for (const sql of sessionSetup) connection.query(sql, (error: Error | null) => error && connection.stream.destroy(error));
  });
  if (timeoutMs !== undefined) limitWaiting(pool, timeoutMs);
  return pool;
}

/** Destroys the connection when a command is not answered in time, which fails all its commands. */
function limitCommands(connection: DriverConnection, timeoutMs: number, onLost: (error: Error) => void): void {
  const addCommand = connection.addCommand.bind(connection);
  const handleTimeout = () => {
    if (connection.stream.destroyed) return;
    const error = new CommandTimeoutError(`The database did not answer within ${timeoutMs} ms`);
    connection.stream.destroy(error);
    onLost(error);
  };
  connection.addCommand = (command) => {
    const timer = setTimeout(handleTimeout, timeoutMs).unref();
    command.once("end", () => clearTimeout(timer));
    return addCommand(command);
  };
}

/** Fails requests that wait too long for a connection; one that becomes available later returns to the pool. */
function limitWaiting(pool: Pool, timeoutMs: number): void {
  const getConnection = pool.getConnection.bind(pool);
  pool.getConnection = (callback) => {
    let isWaiting = true;
    const timer = setTimeout(() => {
      isWaiting = false;
      callback(new CommandTimeoutError(`No database connection within ${timeoutMs} ms`) as never, undefined as never);
    }, timeoutMs);
    getConnection((error, connection) => {
      if (!isWaiting) return connection?.release();
      clearTimeout(timer);
      callback(error, connection);
    });
  };
}
