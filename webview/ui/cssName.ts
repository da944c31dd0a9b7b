/** An id as part of a class. */
export const cssName = (id: string): string => id.replace(/[^\w-]/g, "_");
